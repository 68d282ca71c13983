"""The file system that layers make together (OCI image-spec, layer.md "Applying Changesets"), as names and links in memory.

Where every path leads is decided here: a symbolic link is followed inside the tree, so nothing of a layer is ever outside of it.
What becomes of a file's content is the business of a `Sink`: it is written to disk, or looked at, or nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pottle.oci.members import InvalidArchive, Kind, Member

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_MAX_LINKS = 40
"""Symbolic links followed for one path: Linux's own limit (path_resolution(7))."""
_MAX_DEPTH = 256


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the layers of one image may come to at most."""

    size: int = 64 << 30
    """Bytes, of all layers together."""
    members: int = 4_000_000
    names: int = 1 << 30
    """Characters of all paths and link targets together."""


class Sink(Protocol):
    """Whoever wants what the layers hold, by its place: a path below the root, without links on the way."""

    def directory(self, path: str) -> None:
        """A directory that is there from now on."""

    def mode(self, path: str, mode: int) -> None:
        """What a layer says of a directory; "" is the root."""

    def file(self, member: Member, path: str) -> None:
        """A regular file, whose content can be read now."""

    def symlink(self, target: str, path: str) -> None:
        """A symbolic link."""

    def link(self, source: str, path: str) -> None:
        """Another name for the file or the link at `source`."""

    def remove(self, path: str) -> None:
        """A file or a link that is there no more."""

    def remove_directory(self, path: str) -> None:
        """An empty directory that is there no more."""


Node: TypeAlias = "dict[str, Node] | str | None"
"""A directory's children, a symbolic link's target, or None for a file."""


@dataclass(slots=True)
class _Place:
    """A name in a directory of the tree."""

    siblings: dict[str, Node]
    parent: str
    name: str

    @property
    def path(self) -> str:
        return f"{self.parent}/{self.name}" if self.parent else self.name


class Tree:
    """A root that is filled layer by layer, and what is in it."""

    def __init__(self, sink: Sink, bounds: Bounds) -> None:
        self._sink, self._bounds = sink, bounds
        self._nodes: dict[str, Node] = {}
        self._fresh: set[str] = set()
        self.size = self._members = self._names = 0

    def apply(self, members: Iterator[Member]) -> None:
        """Lays one layer over what is there."""
        self._fresh.clear()
        for member in members:
            self._charge(member)
            if parts := _parts(member.path):
                self._add(member, self._place(parts))
            elif member.kind is Kind.DIRECTORY:
                self._sink.mode("", member.mode)

    # --- what is there ------------------------------------------------------------------------------

    def real(self, path: str) -> str | None:
        """Where `path` leads, its last part followed as well; None: nothing is there. Raises `InvalidArchive` for a link to itself."""
        return self._walk(path.split("/"))

    def is_directory(self, path: str) -> bool:
        """Whether `path` leads to a directory."""
        real = self.real(path)
        return real is not None and isinstance(self._node(real), dict)

    def file(self, path: str) -> str | None:
        """Where the file that `path` leads to really is; None: there is none."""
        real = self.real(path)
        return real if real is not None and self._node(real) is None else None

    def names(self, path: str) -> tuple[str, ...]:
        """What lies in the directory that `path` leads to, sorted; nothing where there is none."""
        real = self.real(path)
        node = self._node(real) if real is not None else None
        return tuple(sorted(node)) if isinstance(node, dict) else ()

    def link(self, path: str) -> str | None:
        """The target of the symbolic link at `path`, of which only the last part is not followed."""
        parts = _parts(path)
        parent = self._walk(parts[:-1])
        node = self._node(parent) if parent is not None else None
        found = node.get(parts[-1]) if isinstance(node, dict) else None
        return found if isinstance(found, str) else None

    def _node(self, real: str) -> Node:
        node: Node = self._nodes
        for part in filter(None, real.split("/")):
            assert isinstance(node, dict)
            node = node[part]
        return node

    def _walk(self, parts: list[str]) -> str | None:
        real, links = list[str](), 0
        todo = parts[::-1]
        while todo:
            part = todo.pop()
            here = self._node("/".join(real))
            if part in ("", "."):
                continue
            if part == "..":
                del real[-1:]
            elif not isinstance(here, dict) or part not in here:
                return None
            elif isinstance(child := here[part], str):
                links = _counted(links, parts)
                real = [] if child.startswith("/") else real
                todo.extend(reversed(child.split("/")))
            else:
                real.append(part)
        return "/".join(real)

    # --- what comes in ------------------------------------------------------------------------------

    def _charge(self, member: Member) -> None:
        self.size += member.size
        self._members += 1
        self._names += len(member.path) + len(member.target)
        if self.size > self._bounds.size or self._members > self._bounds.members:
            limit = f"{self._bounds.size} bytes in {self._bounds.members} files"
            raise InvalidArchive(f"the image unpacks to more than {limit}")
        if self._names > self._bounds.names:
            raise InvalidArchive(f"the names in the image are longer than {self._bounds.names} characters together")

    def _add(self, member: Member, place: _Place) -> None:
        if place.name.startswith(_WHITEOUT):
            return self._white_out(place)
        if member.kind is Kind.OTHER:
            return None
        is_directory = member.kind is Kind.DIRECTORY and isinstance(place.siblings.get(place.name), dict)
        if not is_directory:
            self._remove(place)
            place.siblings[place.name] = self._create(member, place.path)
        if member.kind is Kind.DIRECTORY:
            self._sink.mode(place.path, member.mode)
        self._fresh.add(place.path)
        return None

    def _create(self, member: Member, path: str) -> Node:
        match member.kind:
            case Kind.FILE:
                self._sink.file(member, path)
                return None
            case Kind.SYMLINK:
                self._sink.symlink(_target(member), path)
                return member.target
            case Kind.HARD_LINK:
                return self._link(member, path)
            case _:
                self._sink.directory(path)
                return {}

    def _link(self, member: Member, path: str) -> Node:
        parts = _parts(_target(member))
        source = self._place(parts) if parts else None
        if not source or isinstance(node := source.siblings.get(source.name, {}), dict):
            raise InvalidArchive(f"{member.path} is a hard link to {member.target}, which is no file of the image")
        self._sink.link(source.path, path)
        return node

    def _white_out(self, place: _Place) -> None:
        """Removes what lower layers have there; a whiteout does not concern its own layer."""
        if place.name == _OPAQUE:
            for name in list(place.siblings):
                self._remove_stale(_Place(place.siblings, place.parent, name))
        elif not place.name.startswith(_WHITEOUT * 2):
            self._remove_stale(_Place(place.siblings, place.parent, place.name.removeprefix(_WHITEOUT)))

    def _remove_stale(self, place: _Place) -> None:
        node = place.siblings.get(place.name)
        if isinstance(node, dict):
            for name in list(node):
                self._remove_stale(_Place(node, place.path, name))
        if not node and place.path not in self._fresh:
            self._remove(place)

    def _remove(self, place: _Place) -> None:
        if place.name not in place.siblings:
            return
        node = place.siblings.pop(place.name)
        if not isinstance(node, dict):
            self._sink.remove(place.path)
            return
        for name in list(node):
            self._remove(_Place(node, place.path, name))
        self._sink.remove_directory(place.path)

    def _place(self, parts: list[str]) -> _Place:
        """Where a path leads: its last part is not followed, symbolic links before it are, inside the tree."""
        node = self._nodes
        for part in parts[:-1]:
            child = node.get(part)
            if not isinstance(child, dict):
                return self._place_through_links(parts)
            node = child
        return _Place(node, "/".join(parts[:-1]), parts[-1])

    def _place_through_links(self, parts: list[str]) -> _Place:
        real: list[str] = []
        todo = parts[-2::-1]
        links = 0
        while todo:
            part = todo.pop()
            if part == "..":
                del real[-1:]
            elif part not in ("", "."):
                child = self._children(real).get(part)
                if isinstance(child, str):
                    links = _counted(links, parts)
                    real = [] if child.startswith("/") else real
                    todo.extend(reversed(child.split("/")))
                else:
                    self._enter(real, part, parts)
        return _Place(self._children(real), "/".join(real), parts[-1])

    def _children(self, real: list[str]) -> dict[str, Node]:
        node = self._node("/".join(real))
        assert isinstance(node, dict)
        return node

    def _enter(self, real: list[str], part: str, parts: list[str]) -> None:
        """Steps into a directory, which is made if no layer has listed it."""
        children = self._children(real)
        path = "/".join((*real, part))
        if part not in children:
            self._sink.directory(path)
            children[part] = {}
            self._sink.mode(path, 0o755)
        elif children[part] is None:
            raise InvalidArchive(f"something lies below {path}, which is a file")
        real.append(part)
        if len(real) > _MAX_DEPTH:
            raise _too_many_links(parts)


def _counted(links: int, parts: list[str]) -> int:
    if links >= _MAX_LINKS:
        raise _too_many_links(parts)
    return links + 1


def _too_many_links(parts: list[str]) -> InvalidArchive:
    return InvalidArchive(f"{'/'.join(parts)} lies behind too many symbolic links")


def _parts(path: str) -> list[str]:
    """The path's names below the root, whichever way it is written."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in path or len(parts) > _MAX_DEPTH:
        raise InvalidArchive(f"a layer's archive has a path that leads out of the image: {path[:200]!r}")
    return parts


def _target(member: Member) -> str:
    if not member.target or "\0" in member.target:
        raise InvalidArchive(f"{member.path} is a link without a usable target")
    return member.target
