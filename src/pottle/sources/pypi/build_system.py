"""A `[build-system]` that can be had, where a project's own is missing or names a backend that is no more.

Managers build their projects without one, or with what they were called years ago. A build gets a copy of the project, which is
completed as they would read it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ANCIENT = "poetry.masonry.api"
"""Poetry's backend before `poetry-core`: it came with all of Poetry, of which nothing is needed to build."""
_POETRY = {"requires": ["poetry-core>=1.0"], "build-backend": "poetry.core.masonry.api"}
_PDM = {"requires": ["pdm-backend"], "build-backend": "pdm.backend"}


def complete(project: Path) -> None:
    """Write what is missing into the copy's `pyproject.toml`; what is malformed is left for its backend to tell."""
    path = project / "pyproject.toml"
    try:
        found = _missing(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError):
        return
    if found is not None:
        import tomlkit

        document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
        document["build-system"] = found
        path.write_text(tomlkit.dumps(document), encoding="utf-8")


def _missing(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The system that the project means; None: the one that it has."""
    build, tool = document.get("build-system"), document.get("tool", {})
    if build is not None:
        return _POETRY if isinstance(build, dict) and build.get("build-backend") == _ANCIENT else None
    if "poetry" in tool:
        return _POETRY
    return _PDM if "pdm" in tool else None
