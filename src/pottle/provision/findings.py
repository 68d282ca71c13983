"""What was found out about wheels, once for each question: JSON in the cache, which is in use whenever it is read."""

import hashlib
from pathlib import Path
from typing import TypeVar

import msgspec

from pottle.provision.settings import Settings
from pottle.sharing import used

Found = TypeVar("Found")


def place(question: object, settings: Settings) -> Path:
    """Where the answer is kept; what it depends on has to be a part of the question."""
    key = hashlib.sha256(msgspec.json.encode(question)).hexdigest()
    return settings.cache / "wheels" / key[:2] / f"{key}.json"


def read(path: Path, kind: type[Found]) -> Found | None:
    """The answer; None where there is none, or none that can be read."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, ValueError):
        return None
    used(path)
    return found


def write(path: Path, found: object) -> None:
    """Keep an answer, whole or not at all."""
    from pottle.writing import replacing

    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(msgspec.json.encode(found))
