"""Debian packages as the entries of layers: each package's own files in its layer, what sums up the whole image in one above.

Maintainer scripts are not run; what they would have done that matters in a container is done here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Protocol

from pottle.build.base.accounts import Account, accounts
from pottle.build.base.alternatives import chosen
from pottle.build.base.ca_bundle import ca_bundle, is_source
from pottle.build.base.directories import of_note, settled
from pottle.build.base.dpkg_status import status
from pottle.build.base.filters import filtered
from pottle.build.base.graphviz import plugins
from pottle.build.base.java_keystore import keystore
from pottle.build.base.ld_cache import ld_cache
from pottle.build.base.ld_cache import links as soname_links
from pottle.build.base.ldconfig import unwrapped
from pottle.build.base.links import check_links
from pottle.build.base.mime_database import database
from pottle.build.base.pixbuf_loaders import loaders
from pottle.build.base.pythons import of_python
from pottle.build.base.scripts.effects import NOTHING as NO_EFFECTS
from pottle.build.base.scripts.effects import Effects, Scripts
from pottle.build.base.skeleton import skeleton
from pottle.build.base.timezone import timezone
from pottle.build.base.usrmerge import links, merged
from pottle.oci.entry import Entry, File, Symlink

_SYSUSERS = re.compile(r"(?:usr/lib|lib|etc)/sysusers\.d/[^/]+\.conf")


class Package(Protocol):
    """An unpacked .deb."""

    @property
    def control(self) -> str:
        """Its control paragraph."""

    @property
    def md5sums(self) -> str:
        """Lines of `MD5  path`."""

    @property
    def preinst(self) -> str:
        """The script before it is unpacked, which is not run."""

    @property
    def postinst(self) -> str:
        """The script after that, which is not run either."""

    @property
    def templates(self) -> str:
        """The questions that it would ask."""

    def entries(self) -> Iterator[Entry]:
        """Its files."""


def package_entries(name: str, package: Package, python: str | None = None) -> tuple[Entry, ...]:
    """What one package brings: merged, filtered, with its status for scanners; of Python's files those for `python`, if it is named."""
    return unpacked(name, package, tuple(package.entries()), python)[0]


def unpacked(
    name: str, package: Package, files: Sequence[Entry], python: str | None = None
) -> tuple[tuple[Entry, ...], Scripts]:
    """The same, of a package whose `files` are read already, and what its scripts say."""
    sysusers = (f.read().decode(errors="replace") for f in files if isinstance(f, File) and _SYSUSERS.fullmatch(f.path))
    architecture = (re.search(r"^Architecture: (\S+)", package.control, re.MULTILINE) or ["", "all"])[1]
    scripts = Scripts(name, architecture, package.preinst, package.postinst, package.templates, tuple(sysusers))
    return _entries(name, package, files, python), scripts


def _entries(name: str, package: Package, files: Sequence[Entry], python: str | None) -> tuple[Entry, ...]:
    found: Iterable[Entry] = unwrapped(merged(files))
    if python is not None:
        found = of_python(found, name, python)
    kept = tuple(filtered(of_note(tuple(found))))
    return (*kept, *status(name, package.control, package.md5sums, {entry.path for entry in kept}))


def root(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The lowest layer: the skeleton and the merged /usr's links, around what the packages bring."""
    yield from settled((*skeleton(), *entries))
    yield from links(entry.path for entry in entries)


def interpreter(entries: Sequence[Entry], program: str) -> Iterator[Entry]:
    """The interpreter's layer: `python` and `python3` are the one that the image has, at `program`."""
    target = program.removeprefix("/usr/bin/")
    yield from entries
    yield Symlink("usr/bin/python3", target)
    yield Symlink("usr/bin/python", target)


def layer(entries: Sequence[Entry]) -> Iterator[Entry]:
    """What the packages of one layer come to together; dash is `/bin/sh` (its postinst says so where the package does not)."""
    yield from settled(entries)
    paths = {entry.path for entry in entries}
    yield from links(paths, lowest=False)
    if "usr/bin/dash" in paths and "usr/bin/sh" not in paths:
        yield Symlink("usr/bin/sh", "dash")


def system(
    own: Iterable[Entry], below: Iterable[Entry], user: Account, effects: Effects = NO_EFFECTS
) -> Iterator[Entry]:
    """The layer above all packages: its `own` packages, and what sums up these and those of the layers `below`."""
    own = tuple(own)
    packages = (*below, *own)
    best = tuple(chosen(effects.alternatives, {entry.path for entry in packages}))
    made = _unclaimed(effects.entries, best)
    everything = tuple(chain(packages, best, made, links(entry.path for entry in packages)))
    check_links(everything)
    yield from (entry for entry in own if not is_source(entry.path))
    yield from best
    yield from made
    yield from ca_bundle(everything)
    yield from timezone({entry.path for entry in everything})
    yield from accounts(user, effects.accounts)
    yield from soname_links(everything)
    for made_of in (plugins, loaders, database, keystore):
        yield from made_of(everything)
    yield File("etc/ld.so.cache", ld_cache(everything))


def _unclaimed(made: Iterable[Entry], best: Iterable[Entry]) -> tuple[Entry, ...]:
    """What scripts make where no alternative leads."""
    taken = {entry.path for entry in best}
    return tuple(entry for entry in made if entry.path not in taken)
