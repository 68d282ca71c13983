"""The interpreter that compiles the image's bytecode: unpacked once, when the first layer is made."""

import threading
from collections.abc import Iterable, Iterator, Mapping

from pottle.build import bytecode, interpreter
from pottle.build.interpreter import Interpreter
from pottle.build.packages import Packages
from pottle.build.workshop import Workshop
from pottle.oci.entry import Entry, File
from pottle.plan.lock import Compiler, LockedPackage
from pottle.plan.places import STANDALONE


class Compilation:
    """Bytecode for one image. Without a compiler that runs here there is none, which is said once."""

    def __init__(self, compiler: Compiler | None, workshop: Workshop) -> None:
        self._compiler = compiler
        self._workshop = workshop
        self._lock = threading.Lock()
        self._found: Interpreter | None = None
        self._looked = False

    def prepare(self, packages: Packages) -> None:
        """Unpack the interpreter, if there is to be one, before the first file has to be compiled."""
        self._interpreter(packages)

    @property
    def unpacks(self) -> tuple[LockedPackage, ...]:
        """The packages that the interpreter is to be unpacked from; none where it is there."""
        if self._compiler is None or (self._workshop.compilers / identity(self._compiler)).is_dir():
            return ()
        return self._compiler.packages

    @property
    def lacks(self) -> bool:
        """Whether there is to be bytecode and this machine makes none."""
        return self._compiler is not None and self._interpreter() is None

    def compiled(
        self, groups: Mapping[str, Iterable[File]], mode: bytecode.Invalidation | None
    ) -> dict[str, tuple[File, ...]]:
        """The bytecode of each group's sources; nothing where none is wanted or can be had."""
        found = self._interpreter() if mode is not None else None
        if found is None or mode is None:
            return dict.fromkeys(groups, ())
        # One at a time: each takes every core, and the memory of as many processes; what two images have in common is compiled once.
        with self._workshop.turns.of("compiling"), self._workshop.progress.task("Compiling bytecode"):
            return bytecode.compile_groups(groups, found, mode, self._workshop.bytecode, self._workshop.stop)

    def _interpreter(self, packages: Packages | None = None) -> Interpreter | None:
        with self._lock:
            if not self._looked:
                self._looked = True
                self._found = self._unpacked(packages)
            return self._found

    def _unpacked(self, packages: Packages | None) -> Interpreter | None:
        if self._compiler is None:
            return None
        name = identity(self._compiler)
        with self._workshop.turns.of(name):
            found = interpreter.unpack(
                lambda: self._entries(packages), self._compiler.version, name, self._workshop.compilers
            )
        if found is None:
            self._workshop.progress.warn(
                f"this machine cannot run {_architecture(self._compiler)} CPython {self._compiler.version}: "
                "the image goes without bytecode and starts slower"
            )
        return found

    def _entries(self, packages: Packages | None) -> Iterator[Entry]:
        assert self._compiler is not None
        if self._compiler.interpreter is not None:
            from pottle.build import standalone

            found = self._workshop.supplies.interpreter(self._compiler.interpreter)
            yield from standalone.interpreter(found, STANDALONE)
        wanted = self._compiler.packages
        for deb in packages.of(wanted) if packages is not None else self._workshop.supplies.packages(wanted):
            self._workshop.stop.check()
            yield from deb.entries()


def identity(compiler: Compiler) -> str:
    """The digest of what names the compiler's build, as hex: its architecture does not show in what it compiles."""
    import hashlib

    named = [f"{package.name} {package.version}" for package in compiler.packages]
    if compiler.interpreter is not None:
        named.append(f"cpython {compiler.interpreter.version} {compiler.interpreter.build}")
    text = "\n".join(named)
    return hashlib.sha256(text.encode()).hexdigest()


def _architecture(compiler: Compiler) -> str:
    return compiler.interpreter.machine if compiler.interpreter is not None else compiler.packages[0].architecture
