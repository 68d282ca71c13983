"""pip's configuration, as far as it says which indexes there are: `pip.conf` and `PIP_*` (pip's "Configuration")."""

import configparser
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pottle import address
from pottle.address import Address

_SECTIONS = ("global", "install")
"""In the order in which they count: the later one wins."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The addresses that one place gives, and that place."""

    addresses: tuple[Address, ...]
    said_by: str


@dataclass(frozen=True, slots=True)
class PipSettings:
    """What pip would ask."""

    index: Setting | None = None
    extra_indexes: Setting | None = None
    keyring: str | None = None
    """`keyring-provider`."""


def read(environ: Mapping[str, str]) -> PipSettings:
    """The variables before the files; of the files the user's before the machine's, `PIP_CONFIG_FILE` before both."""
    values: dict[str, tuple[str, str]] = {}
    for path in _files(environ):
        values |= {key: (value, str(path)) for key, value in _file(path)}
    for name, value in environ.items():
        if name.startswith("PIP_") and value:
            values[name.removeprefix("PIP_").lower().replace("_", "-")] = (value, name)
    keyring = values.get("keyring-provider", (None, ""))[0]
    return PipSettings(_setting(values, "index-url"), _setting(values, "extra-index-url"), keyring)


def _setting(values: Mapping[str, tuple[str, str]], key: str) -> Setting | None:
    if key not in values:
        return None
    text, said_by = values[key]
    return Setting(tuple(address.parse(url) for url in text.split()), said_by)


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    """From the one that counts least to the one that counts most."""
    if environ.get("PIP_CONFIG_FILE") == os.devnull:
        return
    home = environ.get("HOME", "/nonexistent")
    for directory in reversed((environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")):
        yield Path(directory, "pip", "pip.conf")
    yield Path("/etc/pip.conf")
    yield Path(home, ".pip", "pip.conf")
    yield Path(environ.get("XDG_CONFIG_HOME") or Path(home, ".config"), "pip", "pip.conf")
    if active := environ.get("VIRTUAL_ENV"):
        yield Path(active, "pip.conf")
    if named := environ.get("PIP_CONFIG_FILE"):
        yield Path(named)


def _file(path: Path) -> Iterator[tuple[str, str]]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return  # pip itself says what is wrong with it
    for section in _SECTIONS:
        if parser.has_section(section):
            yield from ((key.replace("_", "-"), value) for key, value in parser.items(section))
