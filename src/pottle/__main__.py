"""`python -m pottle`."""

from pottle.cli import main

if __name__ == "__main__":
    main()
