"""The project's own package manager as the installer, in an environment of its own that no image gets: pip, Poetry, PDM, Pipenv.

Each reads its own lock and stops where that is stale, keeps its downloads in the cache that it really uses, and compiles nothing: Python's
own compiler does, for files whose times do not count. Wheels of projects are built by pip, whatever their backend.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pottle.plan.model import InstallProject
from pottle.render import instructions as write
from pottle.render import listed
from pottle.render.context import FileList, ManagerLock
from pottle.render.installing import Work
from pottle.render.instructions import Command, Instruction, Shell, Stage
from pottle.render.job import WHEELS, Job
from pottle.render.style import SECRETS
from pottle.render.system import apt

TOOLS = "/opt/tools"
PIP = "26.3"
"""The newest when this was written, as those below."""
_PIP_CACHE = "/root/.cache/pip"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What tells one manager from another."""

    program: str
    """What its distribution is called."""
    version: str
    cache: str
    variables: Mapping[str, str]
    install: Callable[[ManagerLock], tuple[Command, ...]]
    """What the image needs; it ends in an error where the lock is stale."""
    development: Callable[[ManagerLock], tuple[Command, ...]]
    """What developers need besides."""


def _repeated(flag: str, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((flag, name) for name in names)


def _poetry(lock: ManagerLock) -> tuple[Command, ...]:
    only = f"--only={','.join(('main', *lock.groups))}"
    words = ("poetry", "install", "--no-root", "--no-directory", only)
    return (Command(words, _repeated("--extras", lock.extras)),)


def _poetry_development(lock: ManagerLock) -> tuple[Command, ...]:
    return (Command(("poetry", "install", "--no-root", "--no-directory"), _repeated("--extras", lock.extras)),)


def _pdm(lock: ManagerLock) -> tuple[Command, ...]:
    words = ("pdm", "sync", "--prod", "--no-self", "--no-editable")
    return Command(("pdm", "lock", "--check")), Command(words, _repeated("--group", (*lock.extras, *lock.groups)))


def _pdm_development(lock: ManagerLock) -> tuple[Command, ...]:
    words = ("pdm", "sync", "--dev", "--no-self")
    return (Command(words, _repeated("--group", (*lock.extras, *lock.groups))),)


def _pipenv(lock: ManagerLock) -> tuple[Command, ...]:
    categories = (f"--categories={' '.join(('packages', *lock.groups))}",) if lock.groups else ()
    return Command(("pipenv", "verify")), Command(("pipenv", "sync"), categories)


def _pipenv_development(_: ManagerLock) -> tuple[Command, ...]:
    return (Command(("pipenv", "sync", "--dev")),)


_KINDS = {
    "poetry": _Kind(
        program="poetry",
        version="2.5.1",
        cache="/root/.cache/pypoetry",
        variables={"POETRY_CACHE_DIR": "/root/.cache/pypoetry", "POETRY_NO_INTERACTION": "1"},
        install=_poetry,
        development=_poetry_development,
    ),
    "pdm": _Kind(
        program="pdm[locked]",  # with what it was tested with
        version="2.29.3",
        cache="/root/.cache/pdm",
        variables={"PDM_CACHE_DIR": "/root/.cache/pdm", "PDM_CHECK_UPDATE": "0", "PDM_IGNORE_SAVED_PYTHON": "1"},
        install=_pdm,
        development=_pdm_development,
    ),
    "pipenv": _Kind(
        program="pipenv",
        version="2026.10.3",
        cache="/root/.cache/pipenv",
        variables={"PIPENV_CACHE_DIR": "/root/.cache/pipenv", "PIPENV_NOSPIN": "1", "PIPENV_VERBOSITY": "-1"},
        install=_pipenv,
        development=_pipenv_development,
    ),
}


@dataclass(frozen=True)
class Manager:
    """One of those that have a lock; without one it is pip, which installs from lists."""

    job: Job
    lock: ManagerLock | None = None

    @property
    def images(self) -> Sequence[tuple[str, str]]:
        """It comes from an index."""
        return ()

    @property
    def program(self) -> str:
        """What is installed into the environment of tools, exactly. Poetry in the version that has written the lock."""
        lock = self.lock
        if lock is None:
            return f"pip=={PIP}"
        kind = _KINDS[lock.kind]
        return f"{kind.program}=={lock.version or kind.version}"

    def tools(self) -> Stage:
        """An environment with the manager."""
        python = self.job.base.python
        make = Command((python, "-m", "venv", TOOLS))
        programs = dict.fromkeys((f"pip=={PIP}", self.program))
        mounts = (write.cache(_PIP_CACHE), *self.job.secrets())
        installs = (Command((f"{TOOLS}/bin/pip", "install", "--quiet", each)) for each in programs)
        needs = [f"python{self.job.plan.python}-venv"] if python.startswith("/usr/bin/") and self.job.base.apt else []
        instructions = (
            *([apt(needs)] if needs else ()),
            write.environment(self._trust()),
            write.run(make, *installs, mounts=mounts),
        )
        return Stage("base", "tools", instructions, f"{self.lock.kind if self.lock else 'pip'}, which no image gets.")

    def taken(self) -> Iterator[Instruction]:
        """All of that environment."""
        yield write.copy((TOOLS,), TOOLS, stage="tools")

    def mounted(self) -> str:
        """The same, for one command."""
        return write.bind(TOOLS, TOOLS, stage="tools")

    def variables(self) -> Iterator[tuple[str, str]]:
        """Certificates, as each of the libraries asks for them, and which environment is meant."""
        yield "PATH", f"{TOOLS}/bin:/usr/local/bin:/usr/bin:/bin"
        yield from self._trust()
        yield "VIRTUAL_ENV", self.job.environment
        if self.lock is not None:
            yield from _KINDS[self.lock.kind].variables.items()

    def _trust(self) -> Iterator[tuple[str, str]]:
        yield "PIP_CERT", SECRETS["ca"]
        yield "PIP_DISABLE_PIP_VERSION_CHECK", "1"
        yield "REQUESTS_CA_BUNDLE", SECRETS["ca"]
        yield "SSL_CERT_FILE", SECRETS["ca"]

    def install(self) -> Work:
        """From its own lock, or from a list, with hashes where it has them."""
        if self.lock is not None:
            kind = _KINDS[self.lock.kind]
            return self._filled(*kind.install(self.lock), mounts=self._mounts(kind.cache), files=self._read())
        job, lock = self.job, self.job.context.lock
        wheels = job.steps.wheels
        if wheels is None or not wheels.requirements:
            return Work((self._create(),))
        file = lock.files[0] if isinstance(lock, FileList) else job.context.path(listed.NAME)
        name = posixpath.basename(file)
        words = (*self._pip(), *self._whole(), "--requirement", name)
        return self._filled(Command(words), mounts=self._mounts(), files=((file, name),))

    def _whole(self) -> tuple[str, ...]:
        """Whether the list is all that there is, by hash, and in wheels."""
        whole = ("--no-deps",) if listed.resolved(self.job.plans) else ()
        hashes = ("--require-hashes",) if listed.hashed(self.job.plans) else ()
        return (*whole, *hashes, *(() if self.job.steps.sources else ("--only-binary=:all:",)))

    def _create(self) -> Command:
        return Command((self.job.base.python, "-m", "venv", "--without-pip", self.job.environment))

    def _filled(self, *commands: Command, mounts: tuple[str, ...], files: tuple[tuple[str, str], ...]) -> Work:
        """A new environment, what the commands put into it, and bytecode."""
        wheels = self.job.steps.wheels
        mode = wheels.bytecode if wheels is not None else None
        return Work((self._create(), *commands, *self._compiled(mode, self.job.environment)), mounts, files)

    def _compiled(self, mode: str | None, into: str) -> Iterator[Shell]:
        if mode is not None:
            words = f"{self.job.base.python} -m compileall -fqq --invalidation-mode {mode} {into}/lib || true"
            yield Shell(f"{{ {words}; }}")

    def _pip(self) -> tuple[str, ...]:
        python = f"{self.job.environment}/bin/python"
        return f"{TOOLS}/bin/pip", f"--python={python}", "install", "--quiet", "--no-compile"

    def _own(self, mode: str | None, *flags: str) -> Shell:
        """The wheels of projects. With that variable bytecode is checked by the source's hash, not by its time (py_compile)."""
        words = " ".join((*self._pip(), "--no-deps", *flags, f"{WHEELS}/*.whl"))
        return Shell(words if mode is None else f"SOURCE_DATE_EPOCH=0 {words.replace('--no-compile', '--compile')}")

    def sources(self) -> Work | None:
        """Repositories and archives that stand in no list."""
        sources = self.job.steps.sources
        if self.lock is not None or self.job.context.lock is not None or sources is None:
            return None
        words = (*self._pip(), "--no-deps")
        commands = (Command(words, tuple(map(listed.source, sources.sources))),)
        return Work((*commands, *self._compiled(sources.bytecode, self.job.environment)), self._mounts())

    def built(
        self,
        paths: Sequence[str],
        steps: Sequence[InstallProject],
        prefix: str | None,
        before: Sequence[Command | Shell] = (),
    ) -> Work:
        """By pip, in an isolated environment for each."""
        build = Command(("pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={WHEELS}"), tuple(paths))
        mode = next((step.bytecode for step in steps if step.bytecode), None)
        install = self._own(mode, *((f"--prefix={prefix}",) if prefix else ()))
        return Work((*before, build, install), self._mounts())

    def wheels(self) -> Work:
        """A wheel of everything that others have made, in one directory."""
        job, lock = self.job, self.job.context.lock
        words = ("pip", "wheel", "--quiet", f"--wheel-dir={WHEELS}")
        commands: list[Command | Shell] = [Command(("mkdir", WHEELS))]
        files: tuple[tuple[str, str], ...] = ()
        if job.steps.wheels is not None and job.steps.wheels.requirements:
            file = lock.files[0] if isinstance(lock, FileList) else job.context.path(listed.NAME)
            name = posixpath.basename(file)
            commands.append(Command((*words, *self._whole(), "--requirement", name)))
            files = ((file, name),)
        if job.steps.sources is not None and lock is None:
            commands.append(Command((*words, "--no-deps"), tuple(map(listed.source, job.steps.sources.sources))))
        return Work(tuple(commands), self._mounts(), files)

    def wheels_of(self, paths: Sequence[str], before: Sequence[Command | Shell]) -> Work:
        """A wheel of each of these projects, in another directory."""
        build = Command(("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir=/own"), tuple(paths))
        return Work((*before, build), self._mounts())

    def housed(self) -> Work:
        """The environment, out of that directory alone."""
        wheels = self.job.steps.wheels
        if wheels is None and self.job.steps.sources is None:
            return Work((self._create(),))
        install = Shell(" ".join((*self._pip(), *self._without_index(), "--no-deps", f"{WHEELS}/*.whl")))
        compiled = self._compiled(wheels.bytecode if wheels else None, self.job.environment)
        return Work((self._create(), install, *compiled))

    def own_housed(self, steps: Sequence[InstallProject]) -> Work:
        """The projects, out of the other one."""
        mode = next((step.bytecode for step in steps if step.bytecode), None)
        return Work((self._own(mode, *self._without_index()),))

    def _without_index(self) -> tuple[str, ...]:
        return "--no-index", f"--find-links={WHEELS}"

    def development(self) -> Work:
        """Its groups for developers, or the lists that there are for them."""
        if self.lock is not None:
            kind = _KINDS[self.lock.kind]
            return Work(kind.development(self.lock), self._mounts(kind.cache), self._read())
        files = self.job.context.development
        there = tuple((file, file) for file in files)
        return Work((Command((*self._pip(), "--requirement", files[0])),), self._mounts(), there)

    def editable(self, paths: Sequence[str], before: Sequence[Command | Shell] = ()) -> Work:
        """Without what they depend on: that is there."""
        words = (*self._pip(), "--no-deps")
        return Work((*before, Command(words, tuple(("--editable", path) for path in paths))), self._mounts())

    def _mounts(self, cache: str = _PIP_CACHE) -> tuple[str, ...]:
        return (write.cache(cache), *self.job.secrets())

    def _read(self) -> tuple[tuple[str, str], ...]:
        """The files that it reads, which it looks for where it is."""
        return tuple((file, posixpath.basename(file)) for file in (self.lock.files if self.lock else ()))


VERSIONS = {name: f"{kind.program}=={kind.version}" for name, kind in _KINDS.items()}
"""Manager → what is installed of it, unless a lock asks for another."""


def manager(job: Job) -> Manager:
    """The project's own; pip for lists."""
    return Manager(job, job.context.manager)
