"""The line by which a text that pottle has written knows itself, and whether somebody has changed it since.

It holds a digest of all the rest of the text: one whose digest is still true is merely older than its project and may be written
anew; any other is somebody's work. Such a text is a whole file, or the region between two lines of a file that is somebody's own.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

WORD = "pottle-generated"
BEGIN, END = "# pottle: begin generated", "# pottle: end generated"
_BORDER = re.compile(r"^#[ \t]*pottle:[ \t]*(?P<which>begin|end)[ \t]+generated[ \t\r]*$", re.MULTILINE)
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


class InvalidRegion(ValueError):
    """The lines that border a region do not go together; `line` is the first that does not, from 1."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True)
class Region:
    """What is pottle's of a file that is somebody's own."""

    before: str
    """Everything above, and the line that begins it."""
    text: str
    after: str
    """The line that ends it, and everything below."""

    def replaced(self, text: str) -> str:
        """The file with another text in the region."""
        ended = text if text.endswith("\n") or not text else f"{text}\n"
        return f"{self.before}{ended}{self.after}"


def region(text: str) -> Region | None:
    """The region of a file; None: it has none. Raises `InvalidRegion` for one that does not end, is there twice, or only ends."""
    begin: re.Match[str] | None = None
    found: Region | None = None
    for border in _BORDER.finditer(text):
        line = text.count("\n", 0, border.start()) + 1
        if border["which"] == "begin":
            if begin is not None or found is not None:
                raise InvalidRegion("a second generated region begins here", line)
            begin = border
        elif begin is None:
            raise InvalidRegion("a generated region ends here that has not begun", line)
        else:
            start = min(begin.end() + 1, border.start())
            found, begin = Region(text[:start], text[start : border.start()], text[border.start() :]), None
    if begin is not None:
        line = text.count("\n", 0, begin.start()) + 1
        raise InvalidRegion(f"the generated region that begins here does not end: `{END}` is missing", line)
    return found


def has_region(text: str) -> bool:
    """Whether it is a file with a region, even with a broken one."""
    return _BORDER.search(text) is not None


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, whatever git made of their line ends."""
    return _lines(one) == _lines(other)


def _digest(text: str) -> str:
    return hashlib.sha256(_lines(text).encode()).hexdigest()[:16]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
