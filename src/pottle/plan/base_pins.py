"""A base image as `pottle.lock` keeps it: `[[base-image]]`, every field of `pottle.base_image.BaseImage` that says anything."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from pottle.base_image import BaseImage

_WIDTH = 110
_SHORT = 40
"""Characters of words that share a line."""


def written(image: BaseImage) -> str:
    """The table as TOML, the same text for the same image."""
    lines = ["[[base-image]]"]
    for key, value in msgspec.to_builtins(image).items():
        lines += _list(key, value) if isinstance(value, Sequence) and not isinstance(value, str) else _pair(key, value)
    return "\n".join([*lines, ""])


def _pair(key: str, value: Any) -> list[str]:
    return [f"{key} = {_value(value)}"]


def _list(key: str, values: Sequence[Any]) -> Iterator[str]:
    yield f"{key} = ["
    yield from (f"    {line}" for line in _lines([_value(value) for value in values]))
    yield "]"


def _lines(items: Sequence[str]) -> list[str]:
    """A line for each; words, of which there may be hundreds, share lines."""
    listed = [f"{item}," for item in items]
    if any(" " in item or len(item) > _SHORT for item in items):
        return listed
    return textwrap.wrap(" ".join(listed), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return f"{{ {', '.join(f'{key} = {_value(each)}' for key, each in value.items())} }}"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            # A TOML basic string: JSON's escapes are a subset of TOML's, which wants DEL escaped as well.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
