from sanic import Sanic, text

app = Sanic("orders")


@app.get("/health")
async def health(request):
    return text("ok")


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=9999, debug=True)
