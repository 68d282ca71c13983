"""The indexes that a project's own files name, as each manager writes them: what the lock says without a login has one here.

Which index a distribution comes from is the lock's business. This is read for three things that no lock holds: the name under which
credentials are given, the login in a URL, and the variables that stand for one.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pottle import address
from pottle.address import Address

_LINE = re.compile(r"^\s*(?:-i|--index-url|--pypi-url|--extra-index-url)(?:\s*=\s*|\s+)[\"']?([^\s\"']+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Declared:
    """One index that a file names."""

    address: Address
    name: str | None
    """None: the file gives it none."""
    file: str


def indexes(project: Path, environ: Mapping[str, str]) -> tuple[Declared, ...]:
    """Those that poetry, pdm, pipenv and pip read; uv's are its configuration. What is malformed is not ours to report."""
    return tuple(_all(project, environ))


def _all(project: Path, environ: Mapping[str, str]) -> Iterator[Declared]:
    pyproject = _tables(project / "pyproject.toml").get("tool", {})
    for file, table in (
        ("pyproject.toml", _within(pyproject, "poetry")),
        ("pyproject.toml", _within(pyproject, "pdm")),
        ("Pipfile", _tables(project / "Pipfile")),
    ):
        for entry in _listed(table.get("source")):
            if isinstance(url := entry.get("url"), str):
                yield Declared(_address(url, entry, environ, bare=file == "Pipfile"), _text(entry.get("name")), file)
    for path in sorted({*project.glob("requirements*.txt"), *project.glob("requirements/*.txt")}):
        for url in _LINE.findall(_read(path)):
            yield Declared(address.parse(url, environ), None, path.relative_to(project).as_posix())


def _address(url: str, entry: Mapping[str, Any], environ: Mapping[str, str], *, bare: bool) -> Address:
    """The URL's; or with pdm's keys `username` and `password` beside it."""
    found = address.parse(url, environ, bare=bare)
    username, password = _text(entry.get("username")), _text(entry.get("password"))
    if found.username is None and username and password:
        asked = address.parse(f"https://{username}:{password}@host", environ)
        return Address(found.url, asked.username, asked.password)
    return found


def _within(table: object, key: str) -> Mapping[str, Any]:
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_read(path))
    except ValueError:
        return {}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return ""
