"""Whether the project's version is in its version control alone, and which tool takes it from there.

Only a packaged project is asked: its backend would look for a checkout, which the copy that is built does not have.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pottle.project.facts import Versioning, VersionScheme, VersionTool
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

PATH = "pyproject.toml"

_SETUP = re.compile(r"\b(use_scm_version|pbr)\s*=\s*(?!False)", re.MULTILINE)
_SETUP_TOOLS: Mapping[str, VersionTool] = {"use_scm_version": "setuptools-scm", "pbr": "pbr"}
_HATCH: Mapping[str, VersionTool] = {
    "vcs": "hatch-vcs",
    "uv-dynamic-versioning": "uv-dynamic-versioning",
    "versioningit": "versioningit",
}


def detect(survey: Survey) -> Iterator[Versioning]:
    """The tool, with what its configuration says of the version's form."""
    document = survey.pyproject or Document("", PATH)
    packaged = document.get("build-system") is not None
    found = (_by_backend(document) or _by_requirement(document)) if packaged else None
    if (found := found or _by_setup(survey)) is not None:
        tool, at = found
        yield _configured(document, tool, at)


def _by_backend(document: Document) -> tuple[VersionTool, Location] | None:
    """Backends whose own configuration names the source of the version."""
    source = document.get("tool", "hatch", "version", "source")
    if isinstance(source, str) and source in _HATCH:
        return _HATCH[source], document.at("tool", "hatch", "version", "source")
    if document.get("tool", "pdm", "version", "source") == "scm":
        return "pdm-backend", document.at("tool", "pdm", "version", "source")
    if document.get("tool", "poetry-dynamic-versioning", "enable") is True:
        return "poetry-dynamic-versioning", document.at("tool", "poetry-dynamic-versioning", "enable")
    backend = document.get("build-system", "build-backend")
    if isinstance(backend, str) and backend.startswith(("flit_scm", "pbr.")):
        return "setuptools-scm" if backend.startswith("flit") else "pbr", document.at("build-system", "build-backend")
    return None


def _by_requirement(document: Document) -> tuple[VersionTool, Location] | None:
    """Plugins of setuptools, which come into effect by being there; a version that is written down is not theirs."""
    if document.get("project", "version") is not None:
        return None
    at = document.at("build-system", "requires")
    requires = set(_names(document.get("build-system", "requires")))
    if "setuptools-git-versioning" in requires and document.get("tool", "setuptools-git-versioning", "enabled") is True:
        return "setuptools-git-versioning", at
    if "versioningit" in requires and document.get("tool", "versioningit") is not None:
        return "versioningit", at
    dynamic = "version" in (document.get("project", "dynamic") or ())
    if "setuptools-scm" in requires and (dynamic or document.get("tool", "setuptools_scm") is not None):
        return "setuptools-scm", at
    return None


def _by_setup(survey: Survey) -> tuple[VersionTool, Location] | None:
    """What `setup.py` and `setup.cfg` turn on."""
    for path in ("setup.py", "setup.cfg"):
        text = survey.source(path) or ""
        for number, line in enumerate(text.splitlines(), 1):
            if match := _SETUP.search(line.partition("#")[0]):
                return _SETUP_TOOLS[match[1]], Location(path, number)
    return None


def _names(requires: object) -> Iterator[str]:
    for text in requires if isinstance(requires, list) else ():
        try:
            yield canonicalize_name(Requirement(text).name)
        except (InvalidRequirement, TypeError):
            continue  # `pyproject` says what is wrong with it


# --- the form of the version ----------------------------------------------------------------------


def _configured(document: Document, tool: VersionTool, at: Location) -> Versioning:
    match tool:
        case "setuptools-scm":
            return _scm(document.table("tool", "setuptools_scm"), tool, at)
        case "hatch-vcs":
            hatch = document.table("tool", "hatch", "version")
            options = {"fallback_version": hatch.get("fallback-version"), **_table(hatch.get("raw-options"))}
            return _scm(options, tool, at)
        case "pdm-backend":
            table = document.table("tool", "pdm", "version")
            return Versioning(
                tool, at, fallback=_text(table.get("fallback_version")), file=_text(table.get("write_to"))
            )
        case "poetry-dynamic-versioning" | "uv-dynamic-versioning":
            return _dunamai(document.table("tool", tool), tool, at)
        case "versioningit":
            fallback = _text(document.get("tool", tool, "default-version"))
            return Versioning(tool, at, "post", fallback=fallback)
        case "setuptools-git-versioning":
            first = _text(document.get("tool", tool, "starting_version")) or "0.0.1"
            return Versioning(tool, at, "post", fallback=first)
        case "pbr":
            return Versioning(tool, at, "guess-next-patch", local=False)


_SCHEMES: Mapping[str, VersionScheme] = {
    "guess-next-dev": "guess-next-dev",
    "python-simplified-semver": "guess-next-patch",
    "release-branch-semver": "guess-next-minor",
    "no-guess-dev": "no-guess-dev",
    "post-release": "post",
    "only-version": "only-version",
}
"""setuptools-scm's version schemes → ours; those that look at branches or dates, or are code, guess as the default does."""


def _scm(options: Mapping[str, Any], tool: VersionTool, at: Location) -> Versioning:
    """The options of setuptools-scm, which hatch-vcs passes on."""
    command = options.get("git_describe_command") or _table(_table(options.get("scm")).get("git")).get(
        "describe_command"
    )
    return Versioning(
        tool,
        at,
        scheme=_SCHEMES.get(str(options.get("version_scheme")), "guess-next-dev"),
        local=options.get("local_scheme") != "no-local-version",
        fallback=_text(options.get("fallback_version")),
        tags=tuple(_matched(command)) or ("*[0-9]*",),
        file=_text(options.get("version_file")) or _text(options.get("write_to")),
    )


def _matched(command: object) -> Iterator[str]:
    """The patterns that a `git describe` command of the project's looks for; the command itself is not run."""
    words = [str(word) for word in command] if isinstance(command, list) else str(command or "").split()
    for number, word in enumerate(words):
        following = words[number + 1] if number + 1 < len(words) else ""
        if word == "--match" and following:
            yield following.strip("'\"")
        elif word.startswith("--match="):
            yield word.removeprefix("--match=").strip("'\"")


def _dunamai(table: Mapping[str, Any], tool: VersionTool, at: Location) -> Versioning:
    """poetry-dynamic-versioning and uv-dynamic-versioning share a library, whose tags begin with `v` unless it is told otherwise."""
    pattern = table.get("pattern", "default")
    bump = table.get("bump")
    return Versioning(
        tool,
        at,
        scheme="bump" if bump is True or (isinstance(bump, dict) and bump.get("enable") is True) else "dunamai",
        local=table.get("metadata") is not False,
        fallback=_text(table.get("fallback-version")),
        tags=("v[0-9]*",) if pattern == "default" else ("*[0-9]*",),
    )


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
