"""Operators of the shell among the words of a command that no shell reads."""

import re
from collections.abc import Sequence

_OPERATORS = frozenset({"&&", "||", "|", ";", ">", ">>", "2>&1", "2>/dev/null", ">/dev/null"})
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|a|z|k)?sh")
_ENDS = ("exit", "1")


def operator(words: Sequence[str]) -> int | None:
    """Which word is the first operator; None: there is none, or a program may want it as it is."""
    for at, word in enumerate(words):
        script = word == "-c" and any(map(_SHELL.fullmatch, words[:at])) and at + 1 < len(words)
        if script and re.search(r"\s", words[at + 1].strip()):
            return None  # a script, and what is handed to it
        if word in _OPERATORS and at > 0 and not words[at - 1].startswith("-"):
            return at if word != ";" or "-exec" not in words[:at] else None
    return None


def only_exits(words: Sequence[str], at: int) -> bool:
    """Whether `|| exit 1` is all that follows: what the failure of a probe means anyway."""
    rest = [each for word in words[at + 1 :] for each in word.split()]
    return words[at] == "||" and tuple(rest) == _ENDS
