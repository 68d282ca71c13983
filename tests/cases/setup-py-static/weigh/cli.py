def main() -> None:
    print("weighed")
