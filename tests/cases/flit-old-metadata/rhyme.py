"""Finds rhymes."""

__version__ = "0.4"


def main() -> None:
    print("time, lime")
