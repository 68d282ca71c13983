"""uv as the installer: it reads its own lock and lists with hashes, and installs what the plan has chosen for every other lock."""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pottle.plan.model import InstallProject
from pottle.render import instructions as write
from pottle.render import listed
from pottle.render.context import FileList, UvLock
from pottle.render.installing import Work, invalidation
from pottle.render.instructions import Command, Instruction, Shell, Stage
from pottle.render.job import WHEELS, Job
from pottle.render.style import SECRETS

UV = "ghcr.io/astral-sh/uv:0.13.8"
"""uv's own image, which holds the program and nothing else."""

_CACHE = "/root/.cache/uv"
_FROZEN = "Not --locked: only a build of the project can tell what it asks for, and its files are not here yet."


@dataclass(frozen=True)
class Uv:
    """uv, out of its own image."""

    job: Job

    @property
    def images(self) -> Sequence[tuple[str, str]]:
        """Uv's own."""
        return (("UV", UV),)

    def tools(self) -> Stage:
        """Uv's image."""
        return Stage("${UV}", "uv", ())

    def taken(self) -> Iterator[Instruction]:
        """One program."""
        yield write.copy(("/uv",), "/usr/local/bin/", stage="uv")

    def mounted(self) -> str:
        """The same, for one command."""
        return write.bind("/uv", "/usr/local/bin/uv", stage="uv")

    def variables(self) -> Iterator[tuple[str, str]]:
        """What is installed, for which interpreter, and from where."""
        step, wheels = self.job.steps.environment, self.job.steps.wheels
        if wheels is not None and wheels.bytecode is not None:
            yield "UV_COMPILE_BYTECODE", "1"
            yield invalidation(wheels.bytecode)
        yield "UV_LINK_MODE", "copy"
        yield "UV_NO_INSTALLER_METADATA", "1"
        yield "UV_PROJECT_ENVIRONMENT", step.path
        yield "UV_PYTHON", step.interpreter
        yield "UV_PYTHON_DOWNLOADS", "never"
        yield "SSL_CERT_FILE", SECRETS["ca"]

    def install(self) -> Work:
        """From the lock, where uv reads it, else from a list."""
        lock = self.job.context.lock
        return self._from_lock(lock) if isinstance(lock, UvLock) else self._from_list()

    def _from_lock(self, lock: UvLock) -> Work:
        words = (
            *self._sync(lock),
            "--no-default-groups",
            "--no-install-local",
            *self._no_build(),
            *self._no_bytecode(),
        )
        why = _FROZEN if lock.asks_builds else None
        return Work((Command(words, self._asked(lock)),), self._mounts(), _here(lock.files), why)

    def _sync(self, lock: UvLock) -> tuple[str, ...]:
        directory = self.job.context.directory
        project = (f"--project={directory}",) if directory else ()
        return "uv", "sync", *project, "--frozen" if lock.asks_builds else "--locked"

    def _asked(self, lock: UvLock) -> tuple[str, ...]:
        return (*(f"--extra={each}" for each in lock.extras), *(f"--group={each}" for each in lock.groups))

    def _from_list(self) -> Work:
        job = self.job
        create = Command(("uv", "venv", "--quiet", "--no-project", job.environment))
        wheels = job.steps.wheels
        if wheels is None or not wheels.requirements:
            return Work((create,))
        lock = job.context.lock
        file = lock.files[0] if isinstance(lock, FileList) else job.context.path(listed.NAME)
        verb = ("sync",) if listed.resolved(job.plans) else ("install", "--requirements")
        if file.endswith(".toml"):
            verb = ("sync", "--preview-features=pylock")
        # Which of several indexes has a file does not matter where its hash is known.
        hashes = ("--require-hashes", "--index-strategy=unsafe-best-match") if listed.hashed(job.plans) else ()
        name = posixpath.basename(file)
        words = ("uv", "pip", *verb, name, "--python", job.environment, *self._no_build(), *self._no_bytecode())
        return Work((create, Command(words, hashes)), self._mounts(), ((file, name),))

    def sources(self) -> Work | None:
        """Repositories and archives, where no lock tells uv of them."""
        sources = self.job.steps.sources
        if self.job.context.lock is not None or sources is None:
            return None
        words = ("uv", "pip", "install", "--python", self.job.environment, "--no-deps", *self._no_bytecode())
        return Work((Command(words, tuple(map(listed.source, sources.sources))),), self._mounts())

    def built(
        self,
        paths: Sequence[str],
        steps: Sequence[InstallProject],
        prefix: str | None,
        before: Sequence[Command | Shell] = (),
    ) -> Work:
        """By `uv build`, which does not look for the workspace around them."""
        build = (Command(("uv", "build", "--wheel", f"--out-dir={WHEELS}", path)) for path in paths)
        mode = next((step.bytecode for step in steps if step.bytecode), None)
        variable = "=".join(invalidation(mode)) + " " if mode else ""
        how = "".join(f" {word}" for word in ("--no-deps", *self._no_bytecode()))
        into = f" --prefix={prefix}" if prefix else ""
        install = Shell(f"{variable}uv pip install --python={self.job.environment}{how}{into} {WHEELS}/*.whl")
        return Work((*before, *build, install), self._mounts())

    def development(self) -> Work:
        """The default groups of the project, or the lists that there are for developers."""
        lock, files = self.job.context.lock, self.job.context.development
        if isinstance(lock, UvLock):
            words = (*self._sync(lock), "--inexact", "--no-install-local")
            return Work((Command(words, self._asked(lock)),), self._mounts(), _here(lock.files))
        words = ("uv", "pip", "install", "--python", self.job.environment)
        return Work((Command(words, (("--requirements", files[0]),)),), self._mounts(), _here(files))

    def editable(self, paths: Sequence[str], before: Sequence[Command | Shell] = ()) -> Work:
        """Without what they depend on: that is there."""
        words = ("uv", "pip", "install", "--python", self.job.environment, "--no-deps")
        return Work((*before, Command(words, tuple(("--editable", path) for path in paths))), self._mounts())

    def _no_bytecode(self) -> tuple[str, ...]:
        """What is compiled to a program wants none."""
        return ("--no-compile-bytecode",) if self.job.steps.program is not None else ()

    def _no_build(self) -> tuple[str, ...]:
        return () if self.job.steps.sources else ("--no-build",)

    def _mounts(self) -> tuple[str, ...]:
        return (write.cache(_CACHE), *self.job.secrets())


def _here(paths: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Files of the context, at their own paths."""
    return tuple((path, path) for path in paths)
