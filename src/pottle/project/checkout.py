"""What git knows of a project: which files are its own, and which commit this is.

Only the repository's own `.gitignore` files count: a user's global excludes would make the image depend on who builds it. `environ` is
what git runs in, without the variables that would point it at another repository.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TIMEOUT = 60
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True)
class Described:
    """A commit, as `git describe` sees it."""

    tag: str | None
    """The nearest tag that fits; None: there is none."""
    distance: int
    """Commits since the tag, or all there are."""
    node: str
    """The commit, 40 hex digits or more."""
    shallow: bool
    """The history was cut, so that tags may be missing."""


def listed(root: Path, environ: Mapping[str, str]) -> frozenset[str] | None:
    """The paths below `root`; None where it is no checkout or git cannot answer. A submodule is listed as its directory."""
    said = _git(root, environ, "ls-files", "-z", "--cached", "--others", "--exclude-per-directory=.gitignore")
    if said is None:
        return None  # no checkout: everything less caches then
    return frozenset(os.fsdecode(path).rstrip("/") for path in said.split(b"\0") if path)


def described(root: Path, environ: Mapping[str, str], tags: Sequence[str]) -> Described | None:
    """The commit that is checked out, by the nearest of the tags that fit `tags`; None where the project is in no checkout.

    A directory below somebody else's repository, which does not track the project, is none.
    """
    if not _git(root, environ, "ls-files", "--", *_PROJECT):
        return None
    if (head := _line(root, environ, "rev-parse", "--verify", "HEAD")) is None:
        return None  # nothing was ever committed
    shallow = _line(root, environ, "rev-parse", "--is-shallow-repository") == "true"
    patterns = [f"--match={tag}" for tag in tags]
    said = _line(root, environ, "describe", "--tags", "--long", "--abbrev=40", *patterns, "HEAD")
    if said is not None and (match := re.fullmatch(r"(.+)-(\d+)-g([0-9a-f]+)", said)):
        return Described(match[1], int(match[2]), match[3], shallow)
    count = _line(root, environ, "rev-list", "--count", "HEAD")
    return Described(None, int(count or 0), head, shallow)


def _line(root: Path, environ: Mapping[str, str], *arguments: str) -> str | None:
    said = _git(root, environ, *arguments)
    return None if said is None else said.decode(errors="replace").strip()


def _git(root: Path, environ: Mapping[str, str], *arguments: str) -> bytes | None:
    """What a git command says; None where it fails."""
    # Whose files they are decides nothing here: nothing that the repository configures is run, the one exception is switched off.
    trusted = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false")
    clean = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    command = ("git", "-C", str(root), *trusted, *arguments)
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=_TIMEOUT, env=clean, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
