import argparse
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


def parser():
    parser = argparse.ArgumentParser(description="Serve a directory")
    parser.add_argument("--directory", default="/data")
    parser.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=8099)
    return parser


def main():
    options = parser().parse_args()
    with ThreadingHTTPServer((options.bind, options.port), SimpleHTTPRequestHandler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
