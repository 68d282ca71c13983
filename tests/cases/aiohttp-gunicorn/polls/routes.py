def setup_routes(app):
    app.router.add_static("/static", "static")
