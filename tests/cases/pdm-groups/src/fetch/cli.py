import httpx


def main() -> None:
    print(httpx.get("https://host.example").status_code)
