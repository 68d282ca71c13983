"""The CPythons of an image: where they are, and which version each is, without running any.

The version stands in the machine code: CPython's own `PY_VERSION`, a string that `sys.version` begins with, in the program or in the
libpython beside it. A name such as `python3.12` gives X.Y, and its standard library has to be there.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence

from pottle.base_image import Interpreter
from pottle.sources.image.files import Files

_PROGRAM = re.compile(r"python(3\.\d+)")
_ROOTS_OWN = "root/"
"""Nobody else may enter it in most images, and our program is somebody else."""
_USUAL = ("/usr/local/bin", "/usr/bin", "/bin")


def interpreters(files: Files, path: str) -> tuple[Interpreter, ...]:
    """Each once: those of the image's PATH in its order, the one that `python3` is before others, then those of usual places."""
    found: dict[str, Interpreter] = {}
    for real in _programs(files, [*path.split(":"), *_USUAL, *_below_opt(files)]):
        if real not in found and (version := _version(files, real)) is not None:
            found[real] = Interpreter(path=f"/{real}", version=version)
    return tuple(found.values())


def _below_opt(files: Files) -> list[str]:
    return [f"/opt/{name}/bin" for name in files.tree.names("opt")]


def _programs(files: Files, directories: Sequence[str]) -> Iterator[str]:
    """Where the programs really are, a virtual environment's among them: those lead to the Python that they were made with."""
    for directory in dict.fromkeys(directories):
        names = [name for name in files.tree.names(directory) if _PROGRAM.fullmatch(name)] if directory else []
        for name in ("python3", "python", *sorted(names, key=_minor, reverse=True)) if directory else ():
            real = files.tree.file(posixpath.join(directory, name))
            if real is not None and _PROGRAM.fullmatch(posixpath.basename(real)) and not real.startswith(_ROOTS_OWN):
                yield real


def _minor(name: str) -> int:
    return int(name.rpartition(".")[2])


def _version(files: Files, program: str) -> str | None:
    """X.Y.Z; None for what is not a whole CPython: without its standard library, or a pre-release."""
    minor = posixpath.basename(program).removeprefix("python")
    prefix = posixpath.dirname(posixpath.dirname(program))
    libraries = [posixpath.join(prefix, lib) for lib in ("lib", "lib64")]
    if not any(files.holds(f"{library}/python{minor}/os.py") for library in libraries):
        return None
    beside = [f"{library}/{name}" for library in libraries for name in _libpythons(files, library, minor)]
    # Linkers merge strings that end alike: it may be the end of a prefix such as /opt/python-3.12.7.
    wanted = re.compile(rb"(?<![\d.])" + re.escape(minor).encode() + rb"\.\d+(?=\0)")
    for path in (program, *beside):
        if match := wanted.search(files.read(path) or b""):
            return match[0].decode()
    return None


def _libpythons(files: Files, library: str, minor: str) -> Iterator[str]:
    """The shared library that most of the program is in; Debian has it in a directory for the architecture."""
    for place in ("", *(name for name in files.tree.names(library) if name.endswith("-linux-gnu"))):
        for name in files.tree.names(posixpath.join(library, place)):
            if name.startswith(f"libpython{minor}.so"):
                yield posixpath.join(place, name)
