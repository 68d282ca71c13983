"""Who installs into the environment: uv for all projects, or the project's own package manager."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pottle.plan.model import InstallProject
from pottle.render import instructions as write
from pottle.render.instructions import Command, Instruction, Shell, Stage
from pottle.render.job import SOURCE


@dataclass(frozen=True, slots=True)
class Work:
    """What one `RUN` does, in the directory where the project lies."""

    commands: tuple[Command | Shell, ...]
    mounts: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    """Of the build context: path there → path in that directory."""
    why: str | None = None

    def instruction(self) -> Instruction:
        """In a stage that is in the directory and has tools and variables."""
        files = (write.bind(source, target) for source, target in self.files)
        return write.run(*self.commands, mounts=(*self.mounts, *files)).because(self.why)

    def alone(
        self, tools: Sequence[str], variables: Iterable[tuple[str, str]] = (), *, context: str | None = None
    ) -> Instruction:
        """In any stage, with tools and variables of which nothing stays there; with the whole `context`, where it is given.

        Whatever a builder makes to mount something on is gone afterwards.
        """
        around = (write.bind(context, SOURCE, writable=True),) if context else ()
        words = tuple(f"{name}={value}" for name, value in variables)
        given = (Command(("export",), words),) if words else ()
        more = replace(self, commands=(*given, *self.commands), mounts=(*tools, *around, *self.mounts))
        return more.instruction()

    def also(self, *commands: Command | Shell) -> "Work":
        """The same, and more afterwards."""
        return replace(self, commands=(*self.commands, *commands))


class Installer(Protocol):
    """One of them."""

    @property
    def images(self) -> Sequence[tuple[str, str]]:
        """ARG → image that it comes from; none: it is installed into a stage on the base."""
        ...

    def tools(self) -> Stage:
        """Where it comes from."""
        ...

    def taken(self) -> Iterator[Instruction]:
        """How it gets into a stage."""
        ...

    def mounted(self) -> str:
        """How it is lent to one `RUN`."""
        ...

    def variables(self) -> Iterator[tuple[str, str]]:
        """What it is told by the environment."""
        ...

    def install(self) -> Work:
        """The environment, with what others have made."""
        ...

    def sources(self) -> Work | None:
        """What of it has to be built and stands in no lock that it reads."""
        ...

    def built(
        self,
        paths: Sequence[str],
        steps: Sequence[InstallProject],
        prefix: str | None,
        before: Sequence[Command | Shell] = (),
    ) -> Work:
        """The wheels of the projects at `paths`, under a prefix of their own or in the environment."""
        ...

    def development(self) -> Work:
        """What developers need besides."""
        ...

    def editable(self, paths: Sequence[str], before: Sequence[Command | Shell] = ()) -> Work:
        """The projects at `paths`, in the environment by links to their sources."""
        ...


def invalidation(mode: str) -> tuple[str, str]:
    """The variable by which uv takes the mode of PEP 552."""
    return "PYC_INVALIDATION_MODE", mode.upper().replace("-", "_")
