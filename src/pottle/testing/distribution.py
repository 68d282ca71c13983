"""A distribution that is whole and tiny: every package that a base is made of, under its real name, with next to nothing in it.

    with DebianArchive(suite_named("bookworm")) as archive:
        archive.add(*distribution("bookworm"))

Its interpreter cannot run; given the path of a CPython of the same X.Y on this machine, its loader starts that one instead.
"""

from collections.abc import Iterator
from pathlib import Path

from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.plan import packages
from pottle.plan.bases import BASES, Base, standalone
from pottle.testing.debian_archive import Package

_TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
_LOADERS = {"amd64": "ld-linux-x86-64.so.2", "arm64": "ld-linux-aarch64.so.1"}


def distribution(suite: str, interpreter: Path | None = None) -> tuple[Package, ...]:
    """All packages of `suite` that a plan without wishes of its own names, for both architectures."""
    base = next(base for base in BASES if base.suite == suite)
    return tuple(package for architecture in _TRIPLETS for package in _packages(base, architecture, interpreter))


def _packages(base: Base, architecture: str, interpreter: Path | None) -> Iterator[Package]:
    python, glibc = base.python, ".".join(map(str, base.glibc or ()))
    contents = {
        "libc6": (
            glibc + "-1",
            (_loader(architecture, interpreter), File("etc/ld.so.conf.d/libc.conf", b"/usr/lib\n")),
        ),
        "base-files": (
            "1",
            (Symlink("etc/os-release", "../usr/lib/os-release"), File("usr/lib/os-release", b"ID=x\n")),
        ),
        "ca-certificates": ("1", (File("usr/share/ca-certificates/mozilla/Root.crt", b"one certificate\n"),)),
        "tzdata": ("1", (Directory("usr/share/zoneinfo"), File("usr/share/zoneinfo/Etc/UTC", b"TZif2"))),
        f"python{python}-minimal": (base.python_full + "-1", (_program(python),)),
        f"libpython{python}-stdlib": (base.python_full + "-1", _library(python, architecture)),
    }
    named = {*packages.RUNTIME, *packages.SYSTEM, *packages.SHELL, *packages.DEBUG, *packages.interpreter(base)}
    named |= {*packages.interpreter(standalone(base, base.python_full)), *packages.tools(base, ()), *packages.MESSAGES}
    for name in sorted(named | contents.keys()):
        version, entries = contents.get(name, ("1", (File(f"usr/lib/{name}/data", name.encode()),)))
        depends = {} if name == "libc6" else {"Depends": "libc6"}
        yield Package(name, version, architecture, fields=depends, entries=entries)


def _loader(architecture: str, interpreter: Path | None) -> Entry:
    """What stands for the dynamic loader: it is called as `LOADER --library-path DIRECTORY PROGRAM ARGUMENT…`."""
    start = f'unset PYTHONHOME; shift 3; exec "{interpreter}" "$@"' if interpreter else "exit 1"
    path = f"usr/lib/{_TRIPLETS[architecture]}/{_LOADERS[architecture]}"
    return File(path, f"#!/bin/sh\n{start}\n".encode(), 0o755)


def _program(python: str) -> Entry:
    return File(f"usr/bin/python{python}", b"an interpreter\n", 0o755)


def _library(python: str, architecture: str) -> tuple[Entry, ...]:
    """Two modules, and the one that says what the interpreter was built with."""
    triplet = _TRIPLETS[architecture]
    machine = {f"_sysconfigdata__{triplet}": f"build_time_vars = {{'MULTIARCH': '{triplet}'}}\n"}
    modules = {"os": "import stat\n", "stat": "S_IFDIR = 0o040000\n", **machine}
    return tuple(File(f"usr/lib/python{python}/{name}.py", text.encode()) for name, text in modules.items())
