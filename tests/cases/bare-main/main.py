import http.server


def main() -> None:
    http.server.test(http.server.SimpleHTTPRequestHandler, port=8000)


if __name__ == "__main__":
    main()
