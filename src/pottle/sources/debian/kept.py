"""Where a cache keeps a .deb."""

from pathlib import Path


def place(cache: Path, sha256: str) -> Path:
    """The file of the .deb with this SHA-256, 64 hex digits, there or not."""
    return cache / "packages" / sha256[:2] / f"{sha256}.deb"
