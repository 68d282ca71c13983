"""Two images of one project, made in different ways: what differs beyond the list that `docs/design/render.md` gives (law 1)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from tests.e2e.contents import Contents, File

ENVIRONMENT = "opt/venv/"
_SCRIPTS = f"{ENVIRONMENT}bin/"
_WRITTEN_ANEW = re.compile(r".*\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json)")
"""What an installer writes about itself."""
_OF_UV = frozenset(
    {"pyvenv.cfg", "lib64", ".gitignore", ".lock", "CACHEDIR.TAG", "_virtualenv.py", "_virtualenv.pth"}
    | {f"activate{end}" for end in ("", ".bat", ".csh", ".fish", ".nu", ".ps1", ".xsh", "_this.py")}
    | {"deactivate.bat", "pydoc.bat", "Activate.ps1"}
)
"""What `uv venv` or `python -m venv` lays into an environment."""
_INTERPRETER = re.compile(r"python(?:3(?:\.\d+)?)?")
"""Links, of which each of them has another for the first."""
SETTINGS = (
    *("User", "WorkingDir", "Entrypoint", "Cmd", "ExposedPorts", "StopSignal", "Healthcheck", "Volumes", "Labels"),
)


def differences(one: Contents, other: Contents, python: str) -> list[str]:
    """Each in a line; none where both are the same image."""
    found = [
        *_different("distribution", distributions(one, python), distributions(other, python)),
        *_different("file", _third_party(one), _third_party(other)),
        *_different("script", _scripts(one), _scripts(other)),
        *_different("app file", _app(one), _app(other)),
        *_different("setting", settings(one), settings(other)),
        *_library(one, other, python),
    ]
    return sorted(found)


def distributions(image: Contents, python: str) -> Mapping[str, str]:
    """Name → version of what is installed."""
    site = f"{ENVIRONMENT}lib/python{python}/site-packages/"
    found = re.compile(re.escape(site) + r"(?P<name>[^/]+)-(?P<version>[^/-]+)\.dist-info/METADATA")
    matches = (found.fullmatch(path) for path in image.files)
    return {match["name"]: match["version"] for match in matches if match}


def settings(image: Contents) -> Mapping[str, object]:
    """What the config says of how a container starts."""
    config = image.config["config"]
    named = {name: config.get(name) or None for name in SETTINGS}
    if named["Healthcheck"] == {"Test": ["NONE"]}:
        named["Healthcheck"] = None  # a Dockerfile has to say that it does not want its base's
    return named | {f"Env {name}": value for name, _, value in (each.partition("=") for each in config["Env"])}


def _third_party(image: Contents) -> Mapping[str, tuple[int, bytes]]:
    return {
        path: (file.mode & 0o777, file.content)
        for path, file in image.files.items()
        if path.startswith(ENVIRONMENT) and not path.startswith(_SCRIPTS) and not _is_aside(path)
    }


def _is_aside(path: str) -> bool:
    parts = PurePosixPath(path)
    return "__pycache__" in parts.parts or parts.name in _OF_UV or _WRITTEN_ANEW.fullmatch(path) is not None


def _scripts(image: Contents) -> Mapping[str, str]:
    """Their names and targets: each installer has its own form for the same entry point."""
    return {
        path: "interpreter" if _INTERPRETER.fullmatch(PurePosixPath(path).name) else file.target or "script"
        for path, file in image.files.items()
        if path.startswith(_SCRIPTS) and PurePosixPath(path).name not in _OF_UV
    }


def _app(image: Contents) -> Mapping[str, tuple[int, bytes, str]]:
    return {
        path: (file.mode & 0o777, file.content, file.target)
        for path, file in image.files.items()
        if path.startswith("app/") and "__pycache__" not in path
    }


def _library(one: Contents, other: Contents, python: str) -> Iterator[str]:
    """Of the interpreter and its library, whatever the first image has, the second has as well, to the byte."""
    for path in (f"usr/bin/python{python}", *(each for each in one.files if _is_library(each, python))):
        if path not in one.files:
            continue
        mine, others = one.files[path], other.files.get(path, File(path, 0, b"", ""))
        if mine.content != others.content:
            yield f"standard library: {path}"


def _is_library(path: str, python: str) -> bool:
    return path.startswith(f"usr/lib/python{python}/") and path.endswith((".py", ".so"))


def _different(what: str, one: Mapping[str, object], other: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(one.keys() | other.keys()):
        if name not in other:
            yield f"{what}: only the first has {name}"
        elif name not in one:
            yield f"{what}: only the second has {name}"
        elif one[name] != other[name]:
            yield f"{what}: {name}: {_shown(one[name])} / {_shown(other[name])}"


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else f"{text[:120]}…"
