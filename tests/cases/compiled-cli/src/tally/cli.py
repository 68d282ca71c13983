def main() -> None:
    print("tally")
