"""A mirror of python-build-standalone in a directory, for tests: uv finds it by the variables that `environ` holds.

    mirror = StandaloneMirror(tmp_path)
    mirror.add("3.9.25", stub("3.9"))

What it serves is made from entries: a stub that starts a Python of this machine, or that Python itself, packed.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pottle.oci.entry import Directory, Entry, File, Symlink

MACHINES = ("x86_64", "aarch64")
RELEASE = "20251031"
_PUBLISHED = "https://github.com/astral-sh/python-build-standalone/releases/download"


class StandaloneMirror:
    """Archives below `directory`, and the list of them that uv reads in place of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._listed: dict[str, object] = {}

    @property
    def environ(self) -> dict[str, str]:
        """What makes uv ask this mirror."""
        return {
            "UV_PYTHON_DOWNLOADS_JSON_URL": (self.directory / "downloads.json").as_uri(),
            "UV_PYTHON_INSTALL_MIRROR": self.directory.as_uri(),
        }

    def add(
        self, version: str, entries: Iterable[Entry], machines: Iterable[str] = MACHINES, release: str = RELEASE
    ) -> None:
        """An archive for each of `machines`, in the layout `install_only`."""
        content = packed(entries)
        for machine in machines:
            name = f"cpython-{version}%2B{release}-{machine}-unknown-linux-gnu-install_only_stripped.tar.gz"
            path = self.path(version, machine, release)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            url, digest = f"{_PUBLISHED}/{release}/{name}", hashlib.sha256(content).hexdigest()
            self._listed[f"cpython-{version}-linux-{machine}-gnu"] = _listed(version, machine, release, url, digest)
        (self.directory / "downloads.json").write_text(json.dumps(self._listed))

    def path(self, version: str, machine: str, release: str = RELEASE) -> Path:
        """Where an archive lies."""
        name = f"cpython-{version}+{release}-{machine}-unknown-linux-gnu-install_only_stripped.tar.gz"
        return self.directory / release / name


def _listed(version: str, machine: str, release: str, url: str, sha256: str) -> dict[str, object]:
    major, minor, patch = map(int, version.split("."))
    return {
        "name": "cpython",
        "arch": {"family": machine, "variant": None},
        "os": "linux",
        "libc": "gnu",
        "major": major,
        "minor": minor,
        "patch": patch,
        "prerelease": "",
        "url": url,
        "sha256": sha256,
        "variant": None,
        "build": release,
    }


def packed(entries: Iterable[Entry], prefix: str = "python/") -> bytes:
    """A `.tar.gz` of `entries` below `prefix`, as somebody else's machine would have made it: owners and times are not ours."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        for entry in entries:
            member = tarfile.TarInfo(prefix + entry.path)
            member.uid, member.gid, member.mtime = 1000, 1000, 1_700_000_000
            match entry:
                case File():
                    member.size, member.mode = entry.size, entry.mode | 0o020
                    tar.addfile(member, io.BytesIO(entry.read()))
                case Symlink(target=target):
                    member.type, member.linkname = tarfile.SYMTYPE, target
                    tar.addfile(member)
                case Directory():
                    member.type, member.mode = tarfile.DIRTYPE, 0o755
                    tar.addfile(member)
    return buffer.getvalue()


def stub(python: str, program: Path | None = None) -> Iterator[Entry]:
    """An interpreter that is whole and tiny: it starts `program` (a CPython of that X.Y on this machine), or fails without one."""
    start = f'exec "{program}" "$@"' if program else "exit 1"
    library = f"lib/python{python}"
    yield File(f"bin/python{python}", f"#!/bin/sh\n{start}\n".encode(), 0o755)
    yield Symlink("bin/python3", f"python{python}")
    yield Symlink("bin/python", f"python{python}")
    yield File("bin/pip3", b"#!/install/bin/python3\n", 0o755)
    yield File(f"include/python{python}/Python.h", b"")
    yield File(f"lib/libpython{python}.so.1.0", b"a library\n")
    yield Directory(f"{library}/lib-dynload")
    yield File(f"{library}/os.py", b"import stat\n")
    yield File(f"{library}/stat.py", b"S_IFDIR = 0o040000\n")
    yield File(f"{library}/_sysconfigdata__linux_x86_64-linux-gnu.py", _SYSCONFIG)
    yield File(f"{library}/ensurepip/__init__.py", b"")
    yield File(f"{library}/site-packages/pip/__init__.py", b"")
    yield File(f"{library}/tkinter/__init__.py", b"")
    yield File("lib/tk8.6/tk.tcl", b"")
    yield File("share/man/man1/python3.1", b"")


_SYSCONFIG = b"""\
# system configuration generated and used by the sysconfig module
build_time_vars = {'INSTALL': '/usr/bin/install -c', 'LDFLAGS': '-L/install/lib', 'prefix': '/install'}
"""


def of_prefix(prefix: Path, python: str) -> Iterator[Entry]:
    """The CPython that is installed at `prefix` on this machine, as if python-build-standalone had built it: program and library."""
    stdlib = prefix / "lib" / f"python{python}"
    yield File(f"bin/python{python}", (prefix / "bin" / f"python{python}").resolve(), 0o755)
    yield Symlink("bin/python3", f"python{python}")
    yield Symlink("bin/python", f"python{python}")
    for library in sorted(prefix.glob(f"lib/libpython{python}.so.*")):
        yield File(f"lib/{library.name}", library, 0o755)
    # Debian's CPython asks for it by another name than everybody's.
    for path in sorted(stdlib.glob("_sysconfigdata_*.py")):
        yield File(f"lib/python{python}/{path.name}", _SYSCONFIG)
    for path in sorted(path for path in stdlib.rglob("*") if path.is_file()):
        place = path.relative_to(stdlib)
        if not _ASIDE.intersection(place.parts) and not place.name.startswith("_sysconfigdata"):
            yield File(f"lib/python{python}/{place}", path, 0o755 if path.suffix == ".so" else 0o644)


_ASIDE = frozenset({"__pycache__", "site-packages", "dist-packages", "test"})
