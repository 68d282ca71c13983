"""What of a distribution no running program needs, each with the reason: what `optimize = "size"` leaves out.

The distribution itself decides, so that its layer stays the same in every project. Nothing goes that its own code names: a directory that
a module imports or a string leads to, a file whose name stands in quotes. That is asked of the text of its modules with patterns, not of a
parser: parsers differ between versions of Python, and layers must not.

- *tests*: a directory `tests` in which there are modules that pytest or unittest collects, or one called `test` that has nothing else
  (`django.test`, `twisted.test`, `gensim.test` are there to be imported).
- *sources*: what compilers read (headers, C, Cython, static libraries), in distributions that hold machine code, so that it was compiled
  from them. In others it is data: ESPHome is thousands of C++ files.
- *stubs*: what type checkers read, unless something of the distribution reads it too: lazy-loader (scikit-image), jedi, mypy.
"""

import fnmatch
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from pottle.oci.entry import File
from pottle.plan.model import Unneeded

Files: TypeAlias = Mapping[str, File]
"""By path below `site-packages`; what lies elsewhere in the environment is `../../../include/…`, as in RECORD."""

_TESTS = ("test", "tests")
_COLLECTED = re.compile(r"(?:test_[^/]+|[^/]+_tests?|tests?)\.py")
"""What pytest and unittest collect, and Django."""
_HELPS = re.compile(r"(?:__init__|__main__|conftest)\.py")
_MACHINE_CODE = re.compile(r"\.so(?:\.[\w.]+)?$")
_SUFFIXES = r"(?:h|hh|hpp|hxx|inl|ipp|c|cc|cpp|cxx|pyx|pxd|pxi|a|la|pc|cmake)"
_SOURCE = re.compile(rf"\.{_SUFFIXES}$")
_STUB = re.compile(r"\.pyi$|(?:^|/)py\.typed$")

_IMPORT = re.compile(
    rb"(?:^|[:;])[ \t]*(?:from[ \t]+(?P<origin>[.\w]+)[ \t]*import\b[ \t]*(?P<names>\([^)]*\)|[^\n;]*)|import[ \t]+(?P<modules>[^\n;]+))",
    re.MULTILINE,
)
_COMMENT = re.compile(rb"^[ \t]*#.*$", re.MULTILINE)
_DOTTED = re.compile(rb"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_QUOTED_MODULE = re.compile(rb"""["'](\.*(?:\w+\.)*tests?(?:[.:]\w+)*)["']""")
_QUOTED_PATH = re.compile(rb"""["'](?:[^\s"']*/)?(?P<directory>tests?)(?:/|["']\s*[,/]\s*["'])(?P<inside>[^\s"'/]+)""")
"""`"tests/data.csv"`, `"tests", "data.csv"`."""
_QUOTED_SOURCE = re.compile(rb"""["'/]([\w.*+-]+\.%s)["']""" % _SUFFIXES.encode())
_READS_STUBS = re.compile(rb"""\.pyi\b["']|\battach_stub\b""")


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stays though nothing of the distribution's text says why."""

    distribution: str
    """A pattern of names."""
    because: str


KEPT: tuple[_Kept, ...] = (
    _Kept("nvidia-*", "NVRTC compiles in the process, with the headers of CUDA"),
    _Kept("cupy*", "hands its headers to NVRTC"),
    _Kept("numba-cuda", "hands its headers to NVRTC"),
    _Kept("warp-lang", "hands its sources to NVRTC, or to the clang that it brings"),
    _Kept("pyopencl", "OpenCL's driver compiles, with its headers"),
    _Kept("pycuda", "hands its headers to nvcc"),
    _Kept("pocl*", "compiles, with its own headers"),
    _Kept("taichi", "compiles, with the clang that it brings"),
    _Kept("cppyy*", "cling reads headers while the program runs"),
    _Kept("ziglang", "is a compiler"),
    _Kept("clang*", "is a compiler"),
    _Kept("libclang", "is a compiler's parser"),
    _Kept("cython", "compiles out of templates; pyximport does while the program runs"),
    _Kept("mypy", "compiles out of lib-rt, checks against typeshed"),
)
"""Whose sources and stubs stay."""


def unneeded(name: str, files: Files, kinds: Collection[Unneeded], keep: Iterable[str] = ()) -> frozenset[str]:
    """The paths of what goes, of the distribution called `name`; `keep` are patterns of paths that stay."""
    distribution = _Distribution(name, files)
    asked: dict[Unneeded, Callable[[], Iterator[str]]] = {
        "tests": distribution.tests,
        "sources": distribution.sources,
        "stubs": distribution.stubs,
    }
    stays = matcher(keep)
    return frozenset(path for kind, found in asked.items() if kind in kinds for path in found() if not stays(path))


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path below `site-packages`, or a directory that it is in, is one of those that the patterns name; `*` goes across `/`."""
    every = [re.compile(fnmatch.translate(each.rstrip("/"))) for each in patterns]
    return lambda path: bool(every) and any(each.match(part) for part in _upwards(path) for each in every)


class _Distribution:
    """One of them, asked what of it is needed."""

    def __init__(self, name: str, files: Files) -> None:
        self._name, self._files = name, files
        self._read: dict[str, _Text] = {}

    def tests(self) -> Iterator[str]:
        """What lies in directories of tests that no other code of it leads to."""
        going = set(self._test_directories)
        while needed := going & {each for text in self._code(going) for each in text.leads}:
            going -= needed  # and what those lead to, in turn
        yield from (path for path in self._files if _below(path, going))

    def sources(self) -> Iterator[str]:
        """What compilers read, where it is not data."""
        if any(map(_MACHINE_CODE.search, self._files)) and not self._is_kept():
            named = {name for text in self._code(self._test_directories) for name in text.sources}
            for path in filter(_SOURCE.search, self._files):
                name = posixpath.basename(path)
                if not {name, "*" + posixpath.splitext(name)[1]} & named:
                    yield path

    def stubs(self) -> Iterator[str]:
        """What type checkers read, where nothing else does."""
        found = list(filter(_STUB.search, self._files))
        if found and not self._is_kept() and not any(text.reads_stubs for text in self._code(self._test_directories)):
            yield from found

    def _is_kept(self) -> bool:
        return any(fnmatch.fnmatchcase(self._name, each.distribution) for each in KEPT)

    @cached_property
    def _test_directories(self) -> frozenset[str]:
        """The outermost that are full of tests."""
        held: dict[str, set[str]] = {}
        for path in self._files:
            for directory in _upwards(posixpath.dirname(path)):
                if posixpath.basename(directory) in _TESTS:
                    held.setdefault(directory, set()).add(path)
        found = {each for each, paths in held.items() if _is_of_tests(each, paths)}
        return frozenset(each for each in found if not _below(posixpath.dirname(each), found))

    @cached_property
    def _there(self) -> frozenset[str]:
        """Every file and directory."""
        return frozenset(each for path in self._files for each in _upwards(path))

    def _code(self, going: Collection[str]) -> "Iterator[_Text]":
        """The modules that are no tests, and what names modules besides."""
        for path in self._files:
            name = posixpath.basename(path)
            says = name.endswith((".py", ".pth")) or name == "entry_points.txt"
            if says and name != "conftest.py" and not _below(path, going):
                yield self._text(path)

    def _text(self, path: str) -> "_Text":
        if path not in self._read:
            content = _COMMENT.sub(b"", self._files[path].read())
            sources = frozenset(_texts(_QUOTED_SOURCE, content))
            self._read[path] = _Text(self._leads(path, content), sources, _READS_STUBS.search(content) is not None)
        return self._read[path]

    def _leads(self, path: str, content: bytes) -> frozenset[str]:
        if b"test" not in content:
            return frozenset()
        directory = posixpath.dirname(path)
        modules = set(_modules(directory, content, quoted=path.endswith(".py")))
        inside = {posixpath.join(above, each) for each in _paths(content) for above in (*_upwards(directory), "")}
        led = (*(each.replace(".", "/") for each in modules if "test" in each), *(inside & self._there))
        return frozenset(each for one in led for each in _upwards(one) if posixpath.basename(each) in _TESTS)


@dataclass(frozen=True, slots=True)
class _Text:
    """What a module leads to."""

    leads: frozenset[str]
    """Directories of tests."""
    sources: frozenset[str]
    """Names of files in quotes."""
    reads_stubs: bool


def _modules(directory: str, content: bytes, *, quoted: bool) -> Iterator[str]:
    """The modules that it imports, by statements or by names in quotes; entry points have theirs without."""
    for found in _IMPORT.finditer(content.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")):
        if found["modules"] is not None:
            yield from _texts(_DOTTED, found["modules"])
        else:
            origin = _absolute(directory, found["origin"].decode(errors="replace"))
            yield origin
            yield from (f"{origin}.{name}".lstrip(".") for name in _texts(_DOTTED, found["names"]))
    for name in _texts(_QUOTED_MODULE if quoted else _DOTTED, content):
        yield _absolute(directory, name.replace(":", "."))


def _paths(content: bytes) -> Iterator[str]:
    for found in _QUOTED_PATH.finditer(content):
        yield f"{found['directory'].decode()}/{found['inside'].decode(errors='replace')}"


def _absolute(directory: str, module: str) -> str:
    """A module's whole name, as one of `directory` means it."""
    name = module.lstrip(".")
    if name == module:
        return module
    package = directory.split("/")
    package = package[: max(0, len(package) - (len(module) - len(name) - 1))]
    return ".".join(filter(None, (*package, name)))


def _texts(pattern: re.Pattern[bytes], content: bytes) -> Iterator[str]:
    return (each.decode(errors="replace") for each in pattern.findall(content))


def _is_of_tests(directory: str, paths: Iterable[str]) -> bool:
    modules = [posixpath.basename(path) for path in paths if path.endswith(".py")]
    collected = [name for name in modules if _COLLECTED.fullmatch(name)]
    others = [name for name in modules if name not in collected and not _HELPS.fullmatch(name)]
    return bool(collected) and (posixpath.basename(directory) == "tests" or not others)


def _upwards(path: str) -> Iterator[str]:
    """The path, and each directory above it."""
    while path.strip("/"):
        yield path
        path = posixpath.dirname(path)


def _below(path: str, directories: Collection[str]) -> bool:
    return any(each in directories for each in _upwards(path))
