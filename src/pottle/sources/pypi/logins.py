"""Who asks an index, and with which password: what the user gave to any manager counts for uv too.

netrc, uv's own store, its keyrings and `UV_INDEX_<NAME>_*` for an index that uv knows by that name are uv's business; here is what it
does not read.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pottle import address
from pottle.address import Address, Secret
from pottle.sources.pypi.declared import Declared
from pottle.sources.pypi.pip_settings import PipSettings


@dataclass(frozen=True, slots=True)
class Login:
    """What an index is asked with."""

    url: str
    """The index, without a login."""
    username: Secret
    password: Secret | None
    """None: a keyring knows it."""
    said_by: str
    """A variable or a file: whom to ask where it is refused."""


def gather(environ: Mapping[str, str], indexes: Iterable[Declared], pip: PipSettings) -> tuple[Login, ...]:
    """One login for each index, the first that is found: variables by its name, its URL, managers' stores, pip's and pdm's settings."""
    indexes = tuple(indexes)
    found: dict[str, Login] = {}
    for login in (
        *_variables(indexes, environ),
        *(login for index in indexes if (login := _of(index.address, index.file))),
        *_stored(indexes, environ),
        *_pip(pip),
        *_pdm(environ),
    ):
        found.setdefault(login.url.rstrip("/"), login)
    return tuple(found.values())


def _of(found: Address, said_by: str) -> Login | None:
    """The login that an address holds."""
    if found.username is None:
        return None
    return Login(found.url, found.username, found.password, said_by)


def _variables(indexes: Iterable[Declared], environ: Mapping[str, str]) -> Iterator[Login]:
    """What uv's and poetry's variables say of an index by its name."""
    for index in indexes:
        name = variable(index.name or "")
        for prefix in (f"UV_INDEX_{name}", f"POETRY_HTTP_BASIC_{name}") if name else ():
            username, password = environ.get(f"{prefix}_USERNAME"), environ.get(f"{prefix}_PASSWORD")
            if username is not None or password is not None:
                user = index.address.username if username is None else Secret(username)
                secret = index.address.password if password is None else Secret(password)
                yield Login(index.address.url, user or Secret(""), secret, f"{prefix}_USERNAME and _PASSWORD")


def variable(name: str) -> str:
    """An index's name as part of a variable's."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _stored(indexes: Iterable[Declared], environ: Mapping[str, str]) -> Iterator[Login]:
    """What `poetry config http-basic.NAME` and `pdm config pypi.NAME.password` have written."""
    config = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/nonexistent"), ".config"))
    poetry = Path(environ.get("POETRY_CONFIG_DIR") or config / "pypoetry", "auth.toml")
    pdm = Path(environ.get("PDM_CONFIG_FILE") or config / "pdm" / "config.toml")
    for path, key in ((poetry, "http-basic"), (pdm, "pypi")):
        tables = {name.lower(): table for name, table in _tables(path, key).items() if isinstance(table, dict)}
        for index in indexes:
            table = tables.get((index.name or "").lower(), {})
            if isinstance(username := table.get("username"), str):
                password = table.get("password")
                secret = Secret(password) if isinstance(password, str) else None
                yield Login(index.address.url, Secret(username), secret, str(path))


def _tables(path: Path, key: str) -> Mapping[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get(key)
    except (OSError, ValueError):
        return {}  # its own manager says what is wrong with it
    return table if isinstance(table, dict) else {}


def _pip(pip: PipSettings) -> Iterator[Login]:
    for setting in (pip.index, pip.extra_indexes):
        for found in setting.addresses if setting else ():
            if setting and (login := _of(found, setting.said_by)):
                yield login


def _pdm(environ: Mapping[str, str]) -> Iterator[Login]:
    """The variables of pdm for the index that it asks by default."""
    found = address.parse(environ.get("PDM_PYPI_URL", ""))
    username, password = environ.get("PDM_PYPI_USERNAME"), environ.get("PDM_PYPI_PASSWORD")
    if found.url and username is not None and password is not None:
        yield Login(found.url, Secret(username), Secret(password), "PDM_PYPI_PASSWORD")
    elif login := _of(found, "PDM_PYPI_URL"):
        yield login
