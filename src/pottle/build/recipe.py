"""Which code makes the layers: part of every cache key, so that a changed recipe never meets an old result."""

import hashlib
from functools import cache
from pathlib import Path

import pottle

_ROOMS = ("oci", "build", "native", "plan", "shell", "sources")


@cache
def digest() -> str:
    """The SHA-256 of pottle's version and of every module that takes part in making a layer, as hex."""
    root = Path(pottle.__file__).parent
    total = hashlib.sha256(pottle.__version__.encode())
    for room in _ROOMS:
        for module in sorted((root / room).rglob("*.py")):
            total.update(str(module.relative_to(root)).encode() + b"\0" + module.read_bytes())
    return total.hexdigest()
