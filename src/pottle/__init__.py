"""pottle: any Python project in a small, fast-starting, reproducible container image."""

__version__ = "0.1.0"
