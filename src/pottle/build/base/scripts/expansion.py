"""What the words of a script come to: quotes taken off, and what is known in the place of variables (POSIX.1-2024, "Word Expansions")."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

UNKNOWN = "$"
"""Begins whatever could not be expanded: a word that holds it is not known."""

_EXPANSION = re.compile(
    r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?])(?:(:?[-=+?]|%%?|##?)([^{}]*))?\}|([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?]))"
)
_ARCHITECTURE = re.compile(r"\$\(\s*dpkg --print-architecture\s*\)|`dpkg --print-architecture`")
_SURROUNDINGS = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "PWD", "OLDPWD", "IFS", "LANG", "LC_ALL", "TMPDIR"}
)
"""What is set without the script's doing; everything else is empty until it is set."""


@dataclass
class Variables:
    """A script's variables and arguments, as far as they are known."""

    architecture: str
    values: dict[str, str] = field(default_factory=dict)
    sourced: bool = False
    """Another file was read in: what is not set here may be set there."""

    def forget(self, name: str) -> None:
        """From now on it may be anything."""
        self.values[name] = f"{UNKNOWN}{name}"

    def positional(self) -> dict[str, str]:
        """The arguments, taken out."""
        return {n: self.values.pop(n) for n in "123456789" if n in self.values}

    def expanded(self, words: Sequence[str]) -> tuple[str, ...]:
        """All fields of all words."""
        return tuple(field for word in words for field in self.fields(word))

    def fields(self, word: str) -> Iterator[str]:
        """The fields that a word comes to: several where an expansion outside of quotes holds blanks, none where it is empty."""
        if word in ('"$@"', "$@"):
            yield from (self.values[n] for n in "123456789" if n in self.values)
            return
        text = self.text(word)
        if word[:1] in "'\"" or "$" not in word or UNKNOWN in text or '"' in word:
            yield text
        else:
            yield from text.split()

    def text(self, word: str) -> str:
        """A word with its quotes taken off and what is known in the place of variables."""
        word = _ARCHITECTURE.sub(self.architecture, word)
        out, at, quoted = list[str](), 0, False
        while at < len(word):
            match word[at]:
                case "'" if not quoted:
                    end = word.index("'", at + 1)
                    out.append(word[at + 1 : end])
                    at = end + 1
                case "\\" if not quoted or word[at + 1 : at + 2] in ("$", "`", '"', "\\"):
                    out.append(word[at + 1 : at + 2])
                    at += 2
                case '"':
                    quoted = not quoted
                    at += 1
                case "$" if expansion := _EXPANSION.match(word, at):
                    out.append(self._value(expansion))
                    at = expansion.end()
                case other:
                    out.append(other)
                    at += 1
        return "".join(out)

    def _value(self, expansion: re.Match[str]) -> str:
        name = expansion[1] or expansion[4]
        known = self.values.get("1" if name in "@*" else name)
        operator, word = expansion[2], expansion[3] or ""
        if known is None and (self.sourced or name in _SURROUNDINGS or name in "?#-!"):
            return f"{UNKNOWN}{name}"
        if UNKNOWN in (known or ""):
            return f"{UNKNOWN}{name}"
        if operator is None:
            return known or ""
        match operator:
            case ":-" | "-" | ":=" | "=":
                return known or self.text(word)
            case ":+" | "+":
                return self.text(word) if known else ""
            case "%" | "%%" | "#" | "##":
                return _trimmed(known or "", operator, self.text(word))
            case _:
                return known or ""


def _trimmed(text: str, operator: str, pattern: str) -> str:
    """`text` without the shortest or longest end (`%`, `%%`) or start (`#`, `##`) that fits."""
    cuts = range(len(text) + 1)
    if operator.startswith("%"):
        fitting = [cut for cut in cuts if fnmatchcase(text[cut:], pattern)]
        return text if not fitting else text[: max(fitting) if operator == "%" else min(fitting)]
    fitting = [cut for cut in cuts if fnmatchcase(text[:cut], pattern)]
    return text if not fitting else text[min(fitting) if operator == "#" else max(fitting) :]
