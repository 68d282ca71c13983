"""The line by which a file that pottle has written knows itself, and whether somebody has changed it since.

It holds a digest of all the rest of the text: a file whose digest is still true is merely older than its project and may be written
anew; any other is somebody's work.
"""

import hashlib
import re
from typing import Literal, TypeAlias

WORD = "pottle-generated"
_MARK = re.compile(rf"^(?P<before>.*){WORD}: (?P<kind>[a-z]+) (?P<digest>[0-9a-f]{{16}})(?P<after>.*)$", re.MULTILINE)

Standing: TypeAlias = Literal["untouched", "edited", "foreign"]
"""What a text is: as pottle wrote it, changed since, or never pottle's."""


def marked(text: str, kind: str) -> str:
    """`text`, whose line that holds `pottle-generated` alone is completed by its kind and digest."""
    return re.sub(rf"{WORD}(?!:)", f"{WORD}: {kind} {_digest(text)}", text, count=1)


def standing(text: str) -> Standing:
    """What of `text` can be said without knowing what it should be."""
    match = _MARK.search(text)
    if match is None:
        return "foreign"
    bare = f"{text[: match.start()]}{match['before']}{WORD}{match['after']}{text[match.end() :]}"
    return "untouched" if _digest(bare) == match["digest"] else "edited"


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, whatever git made of their line ends."""
    return _lines(one) == _lines(other)


def _digest(text: str) -> str:
    return hashlib.sha256(_lines(text).encode()).hexdigest()[:16]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
