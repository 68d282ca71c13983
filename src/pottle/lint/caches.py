"""Where package managers keep what they download, and whether that is a mount."""

import posixpath
from collections.abc import Mapping

from pottle.lint.build import Build, Mount
from pottle.lint.commands import Command
from pottle.lint.invocations import Invocation, Tool
from pottle.lint.rule import Edit
from pottle.text import Span

OFF: Mapping[Tool, tuple[str, ...]] = {
    "pip": ("--no-cache-dir", "--no-cache"),
    "uv": ("--no-cache", "--no-cache-dir", "-n"),
    "poetry": ("--no-cache",),
}
"""Options that switch the cache off. pip's parser takes any unambiguous beginning of an option's name."""
_VARIABLE: Mapping[Tool, str] = {"pip": "PIP_NO_CACHE_DIR", "uv": "UV_NO_CACHE"}
_DIRECTORY: Mapping[Tool, tuple[str, str]] = {
    "pip": ("PIP_CACHE_DIR", "pip"),
    "uv": ("UV_CACHE_DIR", "uv"),
    "poetry": ("POETRY_CACHE_DIR", "pypoetry"),
    "pdm": ("PDM_CACHE_DIR", "pdm"),
    "pipenv": ("PIPENV_CACHE_DIR", "pipenv"),
}
_NO = ("0", "false", "f", "n", "no", "off", "")
UNKNOWN = "?"
"""The value of a variable that is set, but nobody can know to what."""


def variable(found: Invocation, name: str) -> str | None:
    """The value of a variable where the command runs, or `UNKNOWN`; None where it is not set."""
    before = found.command.step.before
    for scope in (found.command.environment, before.environment, before.arguments):
        if name in scope:
            value = scope[name]
            return UNKNOWN if value is None else value
    return None


def switched_off(found: Invocation) -> str | None:
    """What switches the cache off: an option or a variable; None: it is on."""
    option = found.option(*OFF.get(found.tool, ()))
    if option is not None:
        return option.name
    name = _VARIABLE.get(found.tool)
    value = variable(found, name) if name is not None else None
    if name is None or value is None or value == "":
        return None
    return None if found.tool == "uv" and value.lower() in _NO else name


def directory(build: Build, found: Invocation) -> str | None:
    """The tool's cache directory where the command runs; None where that is not known."""
    named, below = _DIRECTORY.get(found.tool, ("", ""))
    if not named:
        return None
    option = found.option("--cache-dir")
    if option is not None:
        return option.value
    for name in (named, "XDG_CACHE_HOME"):
        value = variable(found, name)
        if value is not None:
            return None if value == UNKNOWN else value if name == named else posixpath.join(value, below)
    home = build.home(found.command.step.before)
    return posixpath.join(home, ".cache", below) if home is not None else None


def mounted(build: Build, found: Invocation, *, surely: bool = False) -> Mount | None:
    """The mount that the tool's cache lies in. Where its directory is not known any mount that may be it counts, unless `surely`."""
    wanted = directory(build, found)
    below = _DIRECTORY.get(found.tool, ("", "?"))[1]
    for mount in build.mounts(found.command.step):
        target = mount.target
        if mount.kind not in ("cache", "tmpfs"):
            continue
        if target is None or wanted is None:
            if not surely and (target is None or target.endswith((".cache", f"/{below}"))):
                return mount
        elif f"{wanted.rstrip('/')}/".startswith(f"{target.rstrip('/')}/"):
            return mount
    return None


def removed(build: Build, found: Invocation) -> bool:
    """Whether the same RUN empties a cache behind the command."""
    return any(map(_removes, build.commands_after(found.command)))


def _removes(command: Command) -> bool:
    text = " ".join(command.argv)
    if command.program == "rm":
        return "cache" in text.lower() or "/root/*" in text
    return any(said in text for said in ("cache purge", "cache clean", "cache clear", "cache prune"))


def mounting(build: Build, found: Invocation) -> tuple[Edit, ...]:
    """A cache mount for the command's cache, with what uv has to be told besides; none where its directory is not known."""
    at = directory(build, found)
    if at is None or not at.startswith("/") or any(char in at for char in ", \"'$\\"):
        return ()
    end = found.command.step.instruction.keyword.end
    return (Edit(Span(end, end), f" --mount=type=cache,target={at}"), *copying(build, found))


def link_mode(found: Invocation) -> str | None:
    """How uv puts files of its cache into an environment; None where nothing says it."""
    option = found.option("--link-mode")
    return option.value if option is not None else variable(found, "UV_LINK_MODE")


def copying(build: Build, found: Invocation) -> tuple[Edit, ...]:
    """Out of a mount uv can only copy: it is told so, where nobody has."""
    pyproject = build.project.pyproject if build.project is not None else None
    told = pyproject is not None and pyproject.get("tool", "uv", "link-mode") is not None
    if found.tool != "uv" or told or link_mode(found) is not None:
        return ()
    return (Edit(Span(found.behind_action, found.behind_action), " --link-mode=copy"),)
