"""The merged /usr: `/bin`, `/sbin`, `/lib` and `/lib64` are links into it, and no package may say otherwise.

A package that still ships `/lib/…` would put a directory where the link is and hide the loader, so paths are rewritten as
packages are read. Debian keeps `bin` and `sbin` apart (Debian Policy 10.1; CTTE #994388).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pottle.oci.entry import Entry, Symlink

MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libo32")


def merged(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries as they lie in a merged /usr; the top-level links themselves are left to `links`."""
    for entry in entries:
        first, slash, _ = entry.path.partition("/")
        if first not in MERGED:
            yield entry
        elif slash and not _links_to_itself(entry):
            yield replace(entry, path=f"usr/{entry.path}")


def merged_path(path: str) -> str:
    """One path, as `merged` has it."""
    return f"usr/{path}" if path.partition("/")[0] in MERGED and "/" in path else path


def links(paths: Iterable[str]) -> Iterator[Symlink]:
    """The top-level links for the directories that `paths` use; `/bin`, `/sbin` and `/lib` are always there."""
    used = {path.split("/")[1] for path in paths if path.startswith("usr/") and path.count("/") > 1}
    for name in MERGED:
        if name in ("bin", "sbin", "lib") or name in used:
            yield Symlink(name, f"usr/{name}")


def _links_to_itself(entry: Entry) -> bool:
    """`/lib/x -> /usr/lib/x`, a bridge that some packages ship, would point to itself once merged."""
    return isinstance(entry, Symlink) and entry.target.lstrip("/") == f"usr/{entry.path}"
