"""A project and its distributions → one program of machine code: Nuitka, in a sandbox, on the image's own packages and a toolchain.

What the image for CPython would hold is laid out, and compiled where it lies; nothing is installed for it. The compiler is its source
archive, as it is: it is Python, runs from anywhere, and brings what it needs. What it makes is looked at without following links, and
added to: the data files of every package that is a part of the program, and what their distributions say of themselves.
"""

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from pottle.build import builder_root, output
from pottle.build.builder_root import PLACE
from pottle.build.sandbox import Ended, Task, variables
from pottle.build.workshop import Workshop
from pottle.errors import ProjectError
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.image import Image
from pottle.oci.platform import Platform
from pottle.oci.unpack import unpack
from pottle.plan import nuitka, program_start
from pottle.plan.lock import LockedPackage, LockedPlan
from pottle.plan.model import HEALTHY, CompileProgram, InstallProject, MakeDirectories, RunCommand, Source
from pottle.plan.places import APP, ENVIRONMENT

_REPORT = "report.xml"
_LARGEST_REPORT = 256 << 20
_MODULE = re.compile(rb'<module name="([\w.]+)"')
_CODE = re.compile(r".*(\.(py[cdiox]?|pyx|pxd|pxi|c|cc|cpp|h|hpp|a|so(\.[\w.]+)?)|/(py\.typed|__pycache__/.*))")
"""What of a distribution is code, or only for who compiles against it: no data."""
_METADATA = re.compile(
    r"[^/]+\.dist-info/(METADATA|entry_points\.txt|top_level\.txt|(licenses/.*|(LICEN[CS]E|COPYING|NOTICE)[^/]*))"
)
_SCRIPT = re.compile(rb"#!/" + ENVIRONMENT.strip("/").encode() + rb"/bin/python\r?\n")
_FATAL = re.compile(r"(?:FATAL|Nuitka[\w:-]* .*error|.*\berror: ).*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Program:
    """What was compiled."""

    entries: tuple[Entry, ...]
    """All that lies at its place."""
    made: frozenset[str]
    """The paths of what the compiler made or copied, data left out."""
    brought: frozenset[str]
    """The names of the libraries that wheels bring."""
    root: Path
    """What it was compiled in."""


def compiled(step: CompileProgram, locked: LockedPlan, image: Image, workshop: Workshop, work: Path) -> Program:
    """The program of all that the image holds, built in `work`, which does not exist yet. Raises `ProjectError` where it cannot be compiled."""
    work.mkdir(parents=True)
    room = _Room(step, locked, workshop, work)
    with workshop.progress.task(f"Compiling {posixpath.basename(step.program)}"):
        unpack(image, work / "tree")
        tree = _Tree(work / "tree", locked.plan.python)
        ended = room.run(tree, room.arguments(tree))
    if ended.code != 0 or ended.exceeded is not None or not (room.out / f"{nuitka.NAME}.dist").is_dir():
        raise _failed(locked.plan.name, ended)
    return room.result(tree)


@dataclass(frozen=True, slots=True)
class _Tree:
    """The image's files, unpacked."""

    root: Path
    python: str

    @property
    def environment(self) -> Path:
        return self.root / ENVIRONMENT.strip("/")

    @property
    def site_packages(self) -> Path:
        return self.environment / "lib" / f"python{self.python}" / "site-packages"

    @property
    def app(self) -> Path:
        return self.root / APP.strip("/")

    def holds(self, path: Path) -> bool:
        """Whether a path is in it, wherever links of the image lead."""
        return path.resolve().is_relative_to(self.root.resolve())

    def files(self, directory: Path) -> Iterator[str]:
        """The regular files below one of its directories, by path, sorted."""
        found = (os.path.join(place, name) for place, _, names in os.walk(directory) for name in names)
        yield from sorted(os.path.relpath(path, directory) for path in found if not os.path.islink(path))


@dataclass(frozen=True, slots=True)
class _Room:
    """Where one program is compiled."""

    step: CompileProgram
    locked: LockedPlan
    workshop: Workshop
    work: Path

    @property
    def out(self) -> Path:
        """What is written to."""
        return self.work / "out"

    @property
    def _inside(self) -> str:
        """Where the compiler finds what it reads."""
        return f"/{PLACE}/source"

    # --- before -------------------------------------------------------------------------------------

    def arguments(self, tree: _Tree) -> tuple[str, ...]:
        """The compiler's, once all lies where they say."""
        self.out.mkdir()
        given = self.work / "given"
        given.mkdir()
        tree.app.mkdir(exist_ok=True)
        self._fetch(given / "compiler")
        (given / "main").mkdir()
        main = self._main(tree, given)
        options = [f"--include-{kind}={name}" for kind, name in self._included(tree)]
        if code := program_start.plugin(self.step):
            (given / "main" / program_start.PLUGIN).write_text(code, encoding="utf-8")
            options.append(f"--user-plugin={self._inside}/main/{program_start.PLUGIN}")
        tree.app.rename(given / "app")
        how = nuitka.options(self.step, f"/{PLACE}/out")
        return *how, f"--jobs={os.cpu_count() or 1}", f"--report=/{PLACE}/out/{_REPORT}", *options, main

    def _fetch(self, into: Path) -> None:
        """The compiler, as its source archive has it."""
        found = next(each for each in self.locked.builds if each.of == self.step.compiler)
        archive = next(each for each in found.requires if each.name == self.step.compiler)
        source = Source(name=archive.name, version=archive.version, url=None, sha256=archive.sha256[0])
        self.workshop.supplies.source(source, into)

    def _main(self, tree: _Tree, given: Path) -> str:
        """Where the main module lies in the sandbox; of a package, where that lies."""
        path = self._found(tree)
        if self.step.starts == "script":  # it has no name that a module could have
            (given / "main" / f"{nuitka.NAME}.py").write_bytes(_without_shebang(path))
            return f"{self._inside}/main/{nuitka.NAME}.py"
        path.write_bytes(_without_shebang(path))
        path = path.parent if path.name == "__main__.py" else path
        for top, inside in ((tree.environment, f"/{PLACE}/environment"), (tree.app, f"{self._inside}/app")):
            if path.is_relative_to(top):
                return f"{inside}/{path.relative_to(top)}"
        raise AssertionError("modules lie in the environment or among the project's files")

    def _found(self, tree: _Tree) -> Path:
        """The file that is run."""
        step = self.step
        if step.starts == "file":
            return self._there(tree, tree.app / step.name)
        if step.starts == "script":
            path = self._there(tree, tree.environment / "bin" / step.name)
            if not _SCRIPT.match(path.read_bytes()[:256]):
                raise ProjectError(f"{step.name} is no program of Python's, and cannot be compiled", hint=_WAY_OUT)
            return path
        if "." in step.name:
            hint = "give it a console script, or a `__main__.py` in a package of its own"
            raise ProjectError(f"`python -m {step.name}` cannot be compiled: it is a module in a package", hint=hint)
        places = (*(tree.root / each.strip("/") for each in step.path), tree.app, tree.site_packages)
        found = (path for place in places if (path := place / step.name / "__main__.py").is_file())
        return self._there(tree, next(found, places[0] / step.name))

    def _there(self, tree: _Tree, path: Path) -> Path:
        if not tree.holds(path) or path.is_symlink() or not path.is_file():
            what = f"{self.step.name} is not in the environment, and cannot be compiled"
            raise ProjectError(what, hint=_WAY_OUT)
        return path

    def _included(self, tree: _Tree) -> Iterator[tuple[str, str]]:
        """What is a part of it whoever imports it: the project's own packages, and what is named in arguments alone."""
        places = [tree.site_packages, *(tree.root / each.strip("/") for each in self.step.path), tree.app]
        found: dict[str, str] = {}
        for name in (*self._own(tree), *self.step.includes):
            inside = name.replace(".", "/")
            if any((place / inside).is_dir() for place in places):
                found[name] = "package"
            elif any((place / f"{inside}.py").is_file() for place in places):
                found[name] = "module"
        yield from ((kind, name) for name, kind in sorted(found.items()))

    def _own(self, tree: _Tree) -> Iterator[str]:
        """The top-level names that the wheels of the repository's own projects bring."""
        steps = (step for layer in self.locked.plan.layers for step in layer.steps)
        names = {step.name for step in steps if isinstance(step, InstallProject)}
        for info in tree.site_packages.glob("*.dist-info"):
            if canonicalize_name(info.name.partition("-")[0]) in names:
                for path in _recorded(info):
                    top = path.partition("/")[0]
                    if path.endswith(".py") and not top.endswith(".dist-info") and ".." not in path:
                        yield top.removesuffix(".py")

    # --- the sandbox ----------------------------------------------------------------------------------

    def run(self, tree: _Tree, arguments: tuple[str, ...]) -> Ended:
        sandbox = self.workshop.sandbox
        assert sandbox is not None, "who builds plans with programs has one"
        argv = (f"/{PLACE}/environment/bin/python", "-m", "nuitka", *arguments)
        return sandbox.run_in(
            self.root,
            Task(
                argv=argv,
                environment=tuple(sorted(self._variables().items())),
                working_dir=f"/{PLACE}/out",
                writable={f"/{PLACE}/out": self.out},
                readable={f"/{PLACE}/environment": tree.environment, self._inside: self.work / "given"},
            ),
            Platform.parse(self.locked.plan.platform),
            self.workshop.stop,
        )

    @property
    def root(self) -> Path:
        """The image's packages and a toolchain, unpacked once."""
        return builder_root.root(self._packages, self.locked.interpreter, self.workshop)

    @property
    def _packages(self) -> tuple[LockedPackage, ...]:
        return tuple(package for _, packages in self.locked.packages for package in packages)

    def _variables(self) -> dict[str, str]:
        """All that the compiler finds in its environment: the same on every machine."""
        paths = [each.replace(APP, f"{self._inside}/app", 1) for each in self.step.path]
        places = ("compiler", "main", "app")
        return {
            **variables(self.locked.plan.epoch),
            "PYTHONPATH": ":".join((*paths, *(f"{self._inside}/{name}" for name in places))),
            "CC": "gcc",
        }

    # --- after ----------------------------------------------------------------------------------------

    def result(self, tree: _Tree) -> Program:
        """What the image gets of it."""
        owners = builder_root.owners(self.root)
        brought = frozenset(posixpath.basename(path) for path in tree.files(tree.site_packages) if ".so" in path)
        made = [
            entry
            for entry in output.entries(self.out / f"{nuitka.NAME}.dist", self.step.into)
            if not _of_system(entry, self.step.into, owners, brought)
        ]
        modules = _modules(self.out / _REPORT)
        paths = frozenset(entry.path for entry in made)
        data = [e for e in (*self._data(tree, modules), *self._project(), *self._written(tree)) if e.path not in paths]
        return Program((*made, *data, *self._further()), paths, brought, self.root)

    def _data(self, tree: _Tree, modules: frozenset[str]) -> Iterator[File]:
        """Data files beside the modules that are a part of the program, and what their distributions say of themselves."""
        infos = {info.name for info in tree.site_packages.glob("*.dist-info") if _is_part(info, modules)}
        packages = {posixpath.dirname(p) for p in tree.files(tree.site_packages) if p.endswith("/__init__.py")}
        for path in tree.files(tree.site_packages):
            is_part = path.partition("/")[0] in infos and _METADATA.fullmatch(path)
            if is_part or (not _CODE.fullmatch(path) and _beside(path, packages, modules)):
                yield File(f"{self.step.into.strip('/')}/{path}", tree.site_packages / path)

    def _project(self) -> Iterator[File]:
        """The project's own files, less its code."""
        app = self.work / "given" / "app"
        for path in _Tree(app, "").files(app):
            if not _CODE.fullmatch(path):
                yield File(f"{self.step.into.strip('/')}/{path}", app / path)

    def _written(self, tree: _Tree) -> Iterator[Entry]:
        """What commands of the project have written elsewhere."""
        steps = (step for layer in self.locked.plan.layers for step in layer.steps)
        for path in (path for step in steps if isinstance(step, RunCommand) for path in step.outputs):
            place = tree.root / path.strip("/")
            if not f"{path}/".startswith(f"{APP}/") and tree.holds(place) and place.is_dir():
                yield from output.entries(place, path)

    def _further(self) -> Iterator[Entry]:
        """The name by which it asks for its own health, and directories that keep data."""
        if self.step.healthy is not None:
            yield Symlink(f"{self.step.into.strip('/')}/{HEALTHY}", posixpath.basename(self.step.program))
        steps = (step for layer in self.locked.plan.layers for step in layer.steps)
        for step in (step for step in steps if isinstance(step, MakeDirectories)):
            yield from (Directory(path.strip("/"), 0o775, uid=step.uid, gid=0) for path in step.paths)


_WAY_OUT = "start it by a console script, or do without `compile`: CPython runs it"


def _without_shebang(path: Path) -> bytes:
    """The file, with a comment in place of the line that names its interpreter: that is another one here."""
    content = path.read_bytes()
    return content if not content.startswith(b"#!") else b"#" + content[content.find(b"\n") :]


def _recorded(info: Path) -> Iterator[str]:
    """The paths in a distribution's RECORD that need no quotes, as those of modules do not."""
    try:
        lines = (info / "RECORD").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    yield from (line.partition(",")[0] for line in lines)


def _is_part(info: Path, modules: frozenset[str]) -> bool:
    """Whether a distribution has a module that is a part of the program."""
    return any(_module(path) in modules for path in _recorded(info) if path.endswith((".py", ".so")))


def _module(path: str) -> str:
    """`shop/__init__.py` → `shop`; `orjson/orjson.cpython-313-….so` → `orjson.orjson`."""
    directory, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return "/".join(filter(None, (directory, "" if stem == "__init__" else stem))).replace("/", ".")


def _beside(path: str, packages: frozenset[str] | set[str], modules: frozenset[str]) -> bool:
    """Whether it lies in a package that is a part of the program, or below one in directories that are no packages."""
    directory = posixpath.dirname(path)
    while directory:
        name = directory.replace("/", ".")
        if directory in packages or name in modules:
            return name in modules
        directory = posixpath.dirname(directory)
    return False


def _modules(report: Path) -> frozenset[str]:
    """Those that are a part of the program, as the compiler's report names them."""
    if report.is_symlink() or not report.is_file() or report.stat().st_size > _LARGEST_REPORT:
        return frozenset()
    return frozenset(name.decode() for name in _MODULE.findall(report.read_bytes()))


def _of_system(entry: Entry, into: str, owners: "dict[str, str]", brought: frozenset[str]) -> bool:
    """A library of Debian's that the compiler has copied beside the program: the image has it where it belongs."""
    directory, _, name = entry.path.rpartition("/")
    return directory == into.strip("/") and name in owners and name not in brought


def _failed(name: str, ended: Ended) -> ProjectError:
    if ended.exceeded is not None:
        hint = "compile it on a larger machine, or do without `compile`: CPython runs it"
        return ProjectError(f"{name} cannot be compiled: it was ended, since {ended.exceeded}", hint=hint)
    lines = [line.strip() for line in ended.said.splitlines() if line.strip()]
    told = [line for line in lines if _FATAL.match(line)]
    words = " / ".join(told[:2] or lines[-3:])[:600].rstrip(".") or f"the compiler ended with {ended.code}"
    return ProjectError(
        f"{name} cannot be compiled: {words}", hint="see whether it is known to Nuitka, or do without `compile`"
    )
