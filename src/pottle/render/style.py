"""What somebody may want otherwise in a Dockerfile, and the command line that says so: a file remembers it in its head."""

import re
import shlex
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pottle.errors import UsageError

Layout: TypeAlias = Literal["stages", "single-stage", "wheel-house"]

SECRETS = {"ca": "/etc/ssl/certs/ca-certificates.crt", "netrc": "/root/.netrc"}
"""What a builder may be given → where it lies while it is needed."""

_COMMAND = re.compile(r"`pottle generate dockerfile([^`\n]*)`")
_WITH_VALUE = {"--from": "image", "--secret": "secrets"}
_LAYOUTS: dict[str, Layout] = {"--single-stage": "single-stage", "--wheel-house": "wheel-house"}
_SWITCHES = {"--pin": "pin", "--dev": "dev", "--manager-native": "native"}


@dataclass(frozen=True, slots=True)
class Style:
    """What somebody may want otherwise."""

    image: str | None = None
    """What it stands on, in place of the suite's own image."""
    secrets: tuple[str, ...] = ()
    """What the builder is given while dependencies are installed: `ca`, a bundle of certificates; `netrc`, logins."""
    pin: bool = False
    """Images are named with their digests."""
    dev: bool = False
    """There is a stage for developers as well."""
    native: bool = False
    """The project's own package manager installs, in place of uv."""
    layout: Layout = "stages"

    def __post_init__(self) -> None:
        if self.dev and self.layout != "stages":
            hint = "leave one of them out, or generate a second file for developers"
            raise UsageError(f"--dev is a stage beside others, and --{self.layout} has none", hint=hint)

    @property
    def flags(self) -> str:
        """The same on a command line."""
        words = [word for flag in _WITH_VALUE for value in self._values(flag) for word in (flag, value)]
        words += [flag for flag, name in _SWITCHES.items() if getattr(self, name)]
        words += [flag for flag, layout in _LAYOUTS.items() if self.layout == layout]
        return "".join(f" {shlex.quote(word)}" for word in words)

    def _values(self, flag: str) -> tuple[str, ...]:
        value = getattr(self, _WITH_VALUE[flag])
        return value if isinstance(value, tuple) else (value,) if value else ()


def remembered(text: str) -> Style:
    """The style in which a file was written, by its own word; the usual one of a file that says nothing of it."""
    match = _COMMAND.search(text)
    words = _words(match[1]) if match else []
    found: dict[str, Any] = {}
    for flag, value in zip(words, [*words[1:], ""], strict=False):
        if flag in _SWITCHES:
            found[_SWITCHES[flag]] = True
        elif flag in _LAYOUTS:
            found["layout"] = _LAYOUTS[flag]
        elif flag == "--from" and value:
            found["image"] = value
        elif flag == "--secret" and value in SECRETS:
            found["secrets"] = (*found.get("secrets", ()), value)
    try:
        return Style(**found)
    except UsageError:
        return Style()


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []
