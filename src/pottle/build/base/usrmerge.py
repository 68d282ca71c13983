"""The merged /usr: `/bin`, `/sbin`, `/lib` and `/lib64` are links into it, and no package may say otherwise.

A package that still ships `/lib/…` would put a directory where the link is and hide the loader, so paths are rewritten as
packages are read. Debian keeps `bin` and `sbin` apart (file-hierarchy.txt of the usrmerge package; CTTE #994388). `/var/run`
and `/var/lock` are such links too (Debian Policy 9.1.4).
"""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pottle.oci.entry import Entry, Symlink

_INTO_USR = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libo32")
_ALWAYS = ("bin", "sbin", "lib", "var/run", "var/lock")
MERGED = {name: f"usr/{name}" for name in _INTO_USR} | {"var/run": "run", "var/lock": "run/lock"}
"""Directory of old → where it is now."""


def merged(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries as they lie in a merged /usr; the top-level links themselves are left to `links`."""
    for entry in entries:
        path = merged_path(entry.path)
        if entry.path in MERGED or (isinstance(entry, Symlink) and merged_path(leads_to(entry)) == path):
            continue  # the link itself, or `/lib/x -> /usr/lib/x`, a bridge that would lead to itself
        yield entry if path == entry.path else replace(entry, path=path)


def merged_path(path: str) -> str:
    """One path, as `merged` has it."""
    for old, new in MERGED.items():
        if path.startswith(f"{old}/"):
            return new + path.removeprefix(old)
    return path


def leads_to(link: Symlink) -> str:
    """The path that a link names, from the root and normalised; links on the way are not followed."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(link.path), link.target)).lstrip("/")


def links(paths: Iterable[str], *, lowest: bool = True) -> Iterator[Symlink]:
    """The top-level links for the directories that `paths` use. The lowest layer has those that every root has, too."""
    used = {path.split("/")[1] for path in paths if path.startswith("usr/") and path.count("/") > 1}
    for old, new in MERGED.items():
        if (lowest and old in _ALWAYS) or (old in used and old not in _ALWAYS):
            yield Symlink(old, posixpath.relpath(f"/{new}", f"/{posixpath.dirname(old)}"))
