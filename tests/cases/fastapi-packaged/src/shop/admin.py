def main() -> None:
    print("administration")
