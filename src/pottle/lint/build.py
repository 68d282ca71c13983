"""A Dockerfile in its project, as rules ask about it: stages, commands, copies, mounts, and what gets into the image."""

import fnmatch
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from types import MappingProxyType
from typing import TypeVar, cast

from pottle.dockerfile.expansion import resolved
from pottle.dockerfile.model import Dockerfile, Flag, Instruction
from pottle.dockerfile.stages import Stage, Stages, State, Step, Variables, joined, stages
from pottle.lint.commands import Command, Commands, Word, commands
from pottle.lint.commands import joined as joined_commands
from pottle.lint.images import ImageName
from pottle.lint.invocations import Invocation, Tool, invocation
from pottle.lint.knowledge.bases import PATH
from pottle.lint.project import Project
from pottle.lint.repository import Repository
from pottle.text import Source, Span

_NOTHING: Variables = MappingProxyType({})
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Field:
    """`key=value` of a mount."""

    value: str | None
    """Variables in it replaced; None where they are not known."""
    span: Span


@dataclass(frozen=True, slots=True)
class Mount:
    """`RUN --mount=…`."""

    kind: str
    """bind, cache, tmpfs, secret, ssh."""
    fields: Mapping[str, Field]
    """By their longest names: target, source, from …"""
    flag: Flag
    step: Step

    @property
    def target(self) -> str | None:
        """Where it lies while the command runs, absolute."""
        field = self.fields.get("target")
        return joined(self.step.before.directory, field.value) if field is not None else None

    @property
    def source(self) -> str | None:
        """What it shows, relative to the build context or absolute in another stage."""
        return self.fields["source"].value if "source" in self.fields else None

    @property
    def origin(self) -> str | None:
        """The stage or image that it comes from; None: the build context."""
        return self.fields["from"].value if "from" in self.fields else None


@dataclass(frozen=True, slots=True)
class Copy:
    """COPY or ADD: what comes from where."""

    step: Step
    sources: tuple[Word, ...]
    destination: Word | None
    origin: str | None
    """The stage or image of `--from`; None: the build context."""
    inline: bool = False
    """A here-document is what is copied."""

    @property
    def target(self) -> str | None:
        """Where it arrives, absolute, without a slash at its end."""
        return joined(self.step.before.directory, self.destination.text) if self.destination else None

    @property
    def into_directory(self) -> bool:
        """Whether the destination is a directory by the way it is written."""
        text = (self.destination.text or "") if self.destination else ""
        return text.endswith(("/", "/.")) or text in (".", "..", "/") or len(self.sources) > 1

    @property
    def words(self) -> tuple[Word, ...]:
        """Sources and destination."""
        return (*self.sources, self.destination) if self.destination is not None else self.sources

    @property
    def instruction(self) -> Instruction:
        """The COPY itself."""
        return self.step.instruction


@dataclass(frozen=True, slots=True)
class Start:
    """What a container of a stage runs."""

    command: Command
    step: Step
    """The instruction that decides most: ENTRYPOINT where there is one, else CMD."""


class Build:
    """One Dockerfile; everything is worked out when it is asked for, once."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        path: str,
        repository: Repository,
        target: str | None = None,
        arguments: Variables = _NOTHING,
    ) -> None:
        self.dockerfile = dockerfile
        self.path = path
        """Relative to the repository."""
        self._target = target
        self._arguments = arguments
        self._repository = repository
        self._commands: dict[int, Commands] = {}
        self.answers: dict[object, object] = {}
        """Of questions that are asked `once`."""

    @property
    def source(self) -> Source:
        """The file's text."""
        return self.dockerfile.source

    @cached_property
    def stages(self) -> Stages:
        """The stages and their states."""
        return stages(self.dockerfile, _base_state, self._arguments)

    @property
    def final(self) -> Stage | None:
        """The stage that is made: the last one where nobody names another; None where there is none of that name."""
        if self._target is not None:
            return self.stages.named(self._target)
        return self.stages.stages[-1] if self.stages.stages else None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every instruction of every stage, in the order of the file."""
        return tuple(step for stage in self.stages.stages for step in stage.steps)

    def stage_of(self, step: Step) -> Stage:
        """The stage that an instruction belongs to."""
        return self.stages.stages[step.stage]

    @cached_property
    def _final_stages(self) -> frozenset[int]:
        return frozenset(stage.index for stage in self.final.chain) if self.final and self._whole else frozenset()

    @cached_property
    def _whole(self) -> bool:
        """Whether it begins with a FROM: nobody knows which stage a part belongs to."""
        return any(instruction.name == "FROM" for instruction in self.dockerfile.instructions)

    def in_image(self, step: Step) -> bool:
        """Whether what the instruction does is surely a layer of the image: of the last stage, or of one that it stands on."""
        return step.stage in self._final_stages

    def base(self, stage: Stage) -> ImageName | None:
        """The image at the bottom of a stage's chain."""
        root = stage.root
        return ImageName.parse(root) if root is not None else None

    @cached_property
    def _feeding_stages(self) -> frozenset[int]:
        found: set[int] = set()
        left = [self.final] if self.final and self._whole else []
        while left:
            stage = left.pop()
            if stage.index in found:
                continue
            found.add(stage.index)
            named = [copy.origin for step in stage.steps if (copy := self.copy(step)) is not None]
            left += [each for name in named if name and (each := self.stages.named(name, stage.index)) is not None]
            left += [stage.parent] if stage.parent is not None else []
        return frozenset(found)

    def feeds_image(self, step: Step) -> bool:
        """Whether something that the instruction does may be in the image: also by a COPY from its stage."""
        return step.stage in self._feeding_stages

    # --- commands -------------------------------------------------------------------------------------

    def commands(self, step: Step) -> tuple[Command, ...]:
        """The simple commands that an instruction runs."""
        return self.script(step).found

    def script(self, step: Step) -> Commands:
        """The same, with what could not be read."""
        key = step.instruction.span.start
        if key not in self._commands:
            self._commands[key] = commands(step, self.source)
        return self._commands[key]

    @cached_property
    def run_commands(self) -> tuple[Command, ...]:
        """Those of every RUN."""
        return tuple(each for step in self.steps if step.instruction.name == "RUN" for each in self.commands(step))

    @cached_property
    def _invocations(self) -> tuple[Invocation, ...]:
        return tuple(found for command in self.run_commands if (found := invocation(command)) is not None)

    def invocations(self, *tools: Tool) -> Iterator[Invocation]:
        """The package managers that RUN instructions call, of these or of all kinds."""
        return (each for each in self._invocations if not tools or each.tool in tools)

    def commands_before(self, command: Command) -> Iterator[Command]:
        """The commands that have run before `command`: in its stage, in those that it stands on, and in its own RUN."""
        for each in self.before(command.step):
            if each.instruction.name == "RUN":
                yield from self.commands(each)
        for own in self.commands(command.step):
            if own.span.start < command.span.start:
                yield own

    def commands_after(self, command: Command) -> Iterator[Command]:
        """Those that follow in the same instruction, and so in the same layer."""
        return (own for own in self.commands(command.step) if own.span.start > command.span.start)

    def before(self, step: Step) -> Iterator[Step]:
        """The instructions before `step` in its stage and those that it stands on."""
        for each in self.stage_of(step).all_steps:
            if each.instruction.span.start >= step.instruction.span.start:
                return
            yield each

    def start(self, stage: Stage) -> Start | None:
        """What a container of `stage` runs, as far as the file says it."""
        entry = command = None
        for step in stage.all_steps:
            if step.instruction.name == "ENTRYPOINT":
                entry = step
                if command is not None and command.stage != step.stage:
                    command = None
            elif step.instruction.name == "CMD":
                command = step
        first = self._single(entry) if entry is not None else None
        if entry is not None and (entry.instruction.words or not entry.instruction.json):
            if first is None:
                return None
            if first.in_shell or command is None or not command.instruction.json:
                return Start(first, entry)
            behind = self._single(command)
            return Start(joined_commands(first, behind) if behind is not None else first, entry)
        alone = self._single(command) if command is not None else None
        return Start(alone, command) if alone is not None and command is not None else None

    def _single(self, step: Step) -> Command | None:
        found = self.commands(step)
        return found[-1] if found else None

    def healthcheck(self, stage: Stage) -> Step | None:
        """The last HEALTHCHECK of a stage."""
        return next((step for step in reversed(stage.all_steps) if step.instruction.name == "HEALTHCHECK"), None)

    # --- files ----------------------------------------------------------------------------------------

    def mounts(self, step: Step) -> tuple[Mount, ...]:
        """The mounts of a RUN."""
        return tuple(_mount(flag, step) for flag in step.instruction.flags if flag.name == "mount" and flag.value)

    def copy(self, step: Step) -> Copy | None:
        """What a COPY or an ADD does."""
        instruction = step.instruction
        if instruction.name not in ("COPY", "ADD") or not instruction.words:
            return None
        words = [
            Word(
                resolved(word.text, step.before.variables, self.dockerfile.escape),
                word.text,
                word.span,
                exec=instruction.json,
            )
            for word in instruction.words
        ]
        flag = instruction.flag("from")
        origin = resolved(flag.value or "", step.before.variables) if flag is not None else None
        return Copy(
            step, tuple(words[:-1]), words[-1], origin or (flag.value if flag else None), bool(instruction.heredocs)
        )

    @cached_property
    def copies(self) -> tuple[Copy, ...]:
        """Every COPY and ADD."""
        return tuple(found for step in self.steps if (found := self.copy(step)) is not None)

    def copies_before(self, step: Step) -> Iterator[Copy]:
        """Those before `step` in its stage and those that it stands on."""
        return (found for each in self.before(step) if (found := self.copy(each)) is not None)

    def home(self, state: State) -> str | None:
        """The home directory of the user of a state; None where that is not known."""
        if "HOME" in state.environment:
            return state.environment["HOME"]
        return "/root" if state.user in (None, "root", "0") else None

    # --- around it ------------------------------------------------------------------------------------

    @cached_property
    def project(self) -> Project | None:
        """The build context, as far as it can be told which directory that is."""
        directory = self._context()
        return Project(self._repository, directory, self.path) if directory is not None else None

    def _context(self) -> str | None:
        """The directory that has everything that is copied from the context: the Dockerfile's own, or one above it."""
        wanted = [
            source.text for copy in self.copies if copy.origin is None and not copy.inline for source in copy.sources
        ]
        paths = [_in_context(path) for path in wanted if path is not None and "://" not in path and "@" not in path]
        named = [path for path in paths if path not in ("", ".")]
        directory = posixpath.dirname(self.path)
        candidates = [directory]
        while directory:
            directory = posixpath.dirname(directory)
            candidates.append(directory)
        ranked = [(sum(_there(self._repository, each, path) for path in named), each) for each in candidates]
        best = max((count for count, _ in ranked), default=0)
        if named:
            # Most of it is enough: a missing source may be what a rule is to find.
            return (
                next((each for count, each in ranked if count == best), None)
                if best * 2 >= len(named) and best
                else None
            )
        return self._told_by_compose(candidates) if len(candidates) > 1 else candidates[0]

    def _told_by_compose(self, candidates: Sequence[str]) -> str | None:
        """The context that a compose file beside or above it gives it; the Dockerfile's own directory if that is a project."""
        from pottle.lint.services import contexts

        told = {context for each in candidates for context in contexts(self._repository, each, self.path)}
        if len(told) == 1:
            return told.pop()
        return candidates[0] if _looks_like_a_project(self._repository, candidates[0]) else None


def _in_context(path: str) -> str:
    return posixpath.normpath(path).lstrip("/")


def _there(repository: Repository, directory: str, path: str) -> bool:
    return (
        repository.has(directory, path) if not any(c in path for c in "*?[") else _matches(repository, directory, path)
    )


def _matches(repository: Repository, directory: str, pattern: str) -> bool:
    files = repository.tree(directory).files()
    return any(fnmatch.fnmatchcase(path, pattern) or path.startswith(f"{pattern}/") for path in files)


def _looks_like_a_project(repository: Repository, directory: str) -> bool:
    names = ("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "uv.lock", "Pipfile", "main.py", "app.py")
    return any(repository.has(directory, name) for name in names)


def _base_state(reference: str | None) -> State:
    """What an image sets. Of those that nobody knows at least the path, as BuildKit has it."""
    image = ImageName.parse(reference) if reference is not None else None
    environment: dict[str, str | None] = {"PATH": PATH}
    if image is not None and image.python_image and image.official == "python":
        environment["PATH"] = f"/usr/local/bin:{PATH}"
    known = image is not None and (image.family is not None or reference == "scratch")
    return State(environment=environment, directory="/" if known else None)


_LONG = {"dst": "target", "destination": "target", "src": "source", "ro": "readonly"}


def _mount(flag: Flag, step: Step) -> Mount:
    fields: dict[str, Field] = {}
    at = flag.value_span.start
    for part in (flag.value or "").split(","):
        key, equals, value = part.partition("=")
        key = key.strip().lower()
        start = at + len(part) - len(value)
        text = resolved(value, step.before.variables) if equals else "true"
        fields.setdefault(_LONG.get(key, key), Field(text, Span(start, at + len(part))))
        at += len(part) + 1
    kind = fields["type"].value if "type" in fields else "bind"
    return Mount(kind or "bind", fields, flag, step)


def once(question: Callable[[Build], Answer]) -> Callable[[Build], Answer]:
    """A question to a Dockerfile that many rules ask, and that takes a walk through all of it."""

    @wraps(question)
    def answer(build: Build) -> Answer:
        if question not in build.answers:
            build.answers[question] = question(build)
        return cast("Answer", build.answers[question])

    return answer
