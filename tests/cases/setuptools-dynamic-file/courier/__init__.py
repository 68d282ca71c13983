__version__ = "1.1"


def main() -> None:
    print("delivered")
