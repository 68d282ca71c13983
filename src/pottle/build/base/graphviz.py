"""Graphviz's list of its plugins (`config6a`), which `dot -c` writes when it is installed, and without which it has no output format.

Every plugin is a library with a table of what it offers (gvplugin.h: `gvplugin_library_t`). `dot` loads each and prints the table; here it
is read from the library's data, for any architecture.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pottle.native.data import Data
from pottle.native.elf import InvalidElf
from pottle.oci.entry import Entry, File, Symlink

_PLUGIN = re.compile(r"(usr/lib/[^/]+/graphviz)/(libgvplugin_\w+\.so\.\d+)")
_LIBRARY = re.compile(r"usr/lib/[^/]+/libgvc\.so\.[0-9.]+")
_NAME = re.compile(rb"config\d+[a-z]?")  # no NUL behind it: compilers put so short a string into an instruction
_APIS = ("render", "layout", "textlayout", "device", "loadimage")
"""gvcext.h: `api_t`."""
_MOST = 1000


def plugins(entries: Iterable[Entry]) -> Iterator[File]:
    """The list, where there is a Graphviz; nothing where its plugins cannot be read."""
    by_path = {entry.path: entry for entry in entries}
    found = sorted((match[1], match[2]) for path in by_path if (match := _PLUGIN.fullmatch(path)))
    name = next(
        (name for path in sorted(by_path) if _LIBRARY.fullmatch(path) for name in _configuration(by_path[path])), None
    )
    if not found or name is None:
        return
    try:
        read = {file: _Plugin.read(file, _content(by_path, f"{directory}/{file}")) for directory, file in found}
    except InvalidElf:
        return
    renderers = {kind for plugin in read.values() for api, kind, _ in plugin.offers if api == "render"}
    text = "".join(plugin.section(file, renderers) for file, plugin in read.items())
    yield File(f"{found[0][0]}/{name}", text.encode())


@dataclass(frozen=True, slots=True)
class _Plugin:
    """What one library offers."""

    name: str
    apis: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    """Kind of plugin → its types, each with its quality; a kind may come several times."""

    @classmethod
    def read(cls, file: str, content: bytes) -> "_Plugin":
        data = Data(content)
        library = data.symbol(f"{file.partition('.')[0].removeprefix('lib')}_LTX_library")
        if library is None:
            raise InvalidElf(f"{file} has no table")
        return cls(data.text(data.pointer(library)), tuple(_apis(data, data.pointer(library + 8))))

    @property
    def offers(self) -> Iterator[tuple[str, str, int]]:
        return ((api, kind, quality) for api, types in self.apis for kind, quality in types)

    def section(self, file: str, renderers: AbstractSet[str]) -> str:
        """As `dot -c` writes it: without what is of use to a renderer alone that is not there."""
        lines = [f"{file} {self.name} {{"]
        for api, types in self.apis:
            kept = [f"\t\t{kind} {quality}" for kind, quality in types if not _needs(kind) or _needs(kind) in renderers]
            lines += [f"\t{api} {{", *kept, "\t}"]
        return "\n".join([*lines, "}", ""])


def _needs(kind: str) -> str:
    """The renderer of `png:cairo`."""
    return kind.partition(":")[2]


def _apis(data: Data, at: int) -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
    """`gvplugin_api_t`: an int, a pointer."""
    for _ in range(_MOST):
        if not (types := data.pointer(at + 8)):
            return
        number = data.number(at)
        if not 0 <= number < len(_APIS):
            raise InvalidElf(f"an unknown kind of plugin: {number}")
        yield _APIS[number], tuple(_types(data, types))
        at += 16


def _configuration(library: Entry) -> Iterator[str]:
    """The file's name, which the library holds."""
    if isinstance(library, File) and (match := _NAME.search(library.read())):
        yield match[0].decode()


def _content(by_path: dict[str, Entry], path: str) -> bytes:
    entry = by_path.get(path)
    if isinstance(entry, Symlink):
        entry = by_path.get(f"{path.rpartition('/')[0]}/{entry.target}")
    if not isinstance(entry, File):
        raise InvalidElf(f"{path} leads nowhere")
    return entry.read()


def _types(data: Data, at: int) -> Iterator[tuple[str, int]]:
    """`gvplugin_installed_t`: an int, the type, its quality, two pointers."""
    for _ in range(_MOST):
        if not (name := data.pointer(at + 8)):
            return
        yield data.text(name), data.number(at + 16)
        at += 40
