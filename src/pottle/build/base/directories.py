"""The directories of a package that a layer would not make by itself: those that nothing lies in, and those with a mode of their own.

Every other directory follows from the files below it, 0755 and root's, whatever package they are from.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pottle.oci.entry import Directory, Entry

_STICKY_AND_ALL = 0o1777


def of_note(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries without the directories that go without saying. Set-id bits of directories are for hosts with a staff group."""
    parents = {parent for entry in entries for parent in directories_above(entry.path)}
    for entry in entries:
        if not isinstance(entry, Directory):
            yield entry
        elif entry.path not in parents or _is_special(entry):
            yield replace(entry, mode=entry.mode & _STICKY_AND_ALL)


def settled(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Each directory once: of packages that disagree about one, the first with a mode or an owner of its own has its way.

    dpkg does much the same: it leaves a directory as it is when another package has it too.
    """
    entries = tuple(entries)
    chosen: dict[str, Directory] = {}
    for entry in entries:
        if isinstance(entry, Directory):
            known = chosen.get(entry.path)
            if known is None or (_is_special(entry) and not _is_special(known)):
                chosen[entry.path] = entry
    yield from chosen.values()
    yield from (entry for entry in entries if not isinstance(entry, Directory))


def _is_special(directory: Directory) -> bool:
    return (directory.mode & _STICKY_AND_ALL, directory.uid, directory.gid) != (0o755, 0, 0)


def directories_above(path: str) -> Iterator[str]:
    """The directories above it, the innermost first."""
    while cut := path.rpartition("/")[0]:
        yield cut
        path = cut
