def main() -> None:
    print("serving")
