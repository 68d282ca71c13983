"""A project where it lies: its options, its tree, its facts."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pottle.api.host import own_platform
from pottle.errors import ProjectError, UsageError
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.config.options import Options
    from pottle.oci.platform import Platform
    from pottle.project.facts import Facts
    from pottle.project.tree import Tree


def read_options(root: Path, environ: Mapping[str, str], flags: Mapping[str, Any]) -> "Options":
    """The options for the project at `root`: its files, then the environment, then the flags; the later one wins.

    A script with metadata of its own (PEP 723) has its `[tool.pottle]` there.
    """
    from pottle.config import layer

    files = layer.Layer()
    own = script_options(root)
    if own is not None:
        files |= layer.from_pyproject(own, root.name)
    elif (text := text_of(directory_of(root) / "pyproject.toml")) is not None:
        files |= layer.from_pyproject(text)
    if own is None and (text := text_of(directory_of(root) / "pottle.toml")) is not None:
        files |= layer.from_pottle_toml(text)
    return (files | layer.from_environment(environ) | layer.from_flags(flags)).options()


def directory_of(root: Path) -> Path:
    """The project's directory, where `root` may be a script in it."""
    return root.parent if root.is_file() else root


def script_of(root: Path) -> str | None:
    """The name of the script that `root` is, if it is one."""
    return root.name if root.suffix == ".py" and root.is_file() else None


def script_options(root: Path) -> str | None:
    """The metadata that a script has of its own (PEP 723), as TOML."""
    from pottle.project.script_block import toml_of

    return toml_of(text_of(root) or "", root.name) if script_of(root) else None


def text_of(path: Path) -> str | None:
    """What the file says, where it is there and is text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (UnicodeDecodeError, OSError):
        return None  # the project's reader says what is wrong with it, with its place


def platforms(options: "Options") -> "tuple[Platform, ...]":
    """What to build for: what is configured, else this machine's."""
    from pottle.oci.platform import InvalidPlatform, Platform

    try:
        return tuple(dict.fromkeys(Platform.parse(text) for text in options.platforms)) or (own_platform(),)
    except InvalidPlatform as error:
        raise UsageError(str(error), hint="write `--platform linux/amd64` or `--platform linux/arm64`") from error


def facts_of(root: Path, options: "Options") -> "Facts":
    """What the project, or the script, at `root` says of itself."""
    from pottle.project.reader import read_project

    return read_project(tree_of(root), options.lockfile, script_of(root))


def tree_of(root: Path) -> "Tree":
    """The tree of the project at `root`, or around the script there; raises `ProjectError` where there is no directory."""
    from pottle.project.tree import DirectoryTree

    if script_of(root):
        root = directory_of(root)
    if not root.is_dir():
        missing = "is not a directory" if root.exists() else "does not exist"
        raise ProjectError(
            f"{root} {missing}", at=Location(str(root)), hint="name the directory that holds the project, or a script"
        )
    return DirectoryTree(root, repository(root))


def repository(root: Path) -> Path:
    """The repository that the project at `root` is a part of: what of it may be read.

    Where nothing is under version control, the uv workspace that counts the project among its members; else the project itself.
    """
    from pottle.project.workspace import root_above

    absolute = root.absolute()
    return next((path for path in (absolute, *absolute.parents) if (path / ".git").exists()), None) or (
        root_above(absolute) or root
    )
