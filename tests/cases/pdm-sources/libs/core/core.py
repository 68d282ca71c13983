def run() -> None:
    print("core")
