"""Inline script metadata (PEP 723): the TOML in the comments of a script, with the lines that it stands on."""

import re

from pottle.errors import ProjectError
from pottle.text import Location
from pottle.toml import Document, InvalidToml

_BLOCK = re.compile(r"^# /// script[ \t]*\n(?P<content>(?:^#(?:| .*)\n)+?)^# ///[ \t]*$", re.MULTILINE)
_OPENED = re.compile(r"^# /// script[ \t]*$", re.MULTILINE)


def toml_of(text: str, path: str) -> str | None:
    """The block's TOML on the lines on which it stands; None for a script without one. Raises `ProjectError` for two, or half of one."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not (opened := _OPENED.search(text)):
        return None
    blocks = list(_BLOCK.finditer(text if text.endswith("\n") else f"{text}\n"))
    if len(blocks) == 1:
        lines = blocks[0]["content"].splitlines()
        return "\n" * (text.count("\n", 0, blocks[0].start()) + 1) + "\n".join(line[2:] for line in lines) + "\n"
    again = next(iter(blocks[1:]), None)
    at = Location(path, text.count("\n", 0, again.start() if again else opened.start()) + 1)
    what = "there are two blocks of script metadata" if again else "the script metadata have no end"
    raise ProjectError(what, at=at, hint="one block, between `# /// script` and `# ///` (PEP 723)")


def read(text: str, path: str) -> Document | None:
    """The block's values; None for a script without one."""
    content = toml_of(text, path)
    if content is None:
        return None
    try:
        return Document(content, path)
    except InvalidToml as error:
        raise ProjectError(
            f"the script metadata are not TOML: {error}", at=error.at, hint="correct that line"
        ) from None
