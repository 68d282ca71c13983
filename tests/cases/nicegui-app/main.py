from nicegui import ui


@ui.page("/")
def index():
    ui.label("hello")


if __name__ in {"__main__", "__mp_main__"}:
    ui.run(title="Budget", reload=False, show=False)
