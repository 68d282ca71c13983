"""The stages of a Dockerfile: what each stands on, and what is set where an instruction runs."""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from pottle.dockerfile.expansion import resolved
from pottle.dockerfile.model import Dockerfile, Instruction

Variables = Mapping[str, str | None]
_NOTHING: Variables = MappingProxyType({})
SHELL = ("/bin/sh", "-c")
_PREDEFINED = (
    "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", "TARGETPLATFORM", "TARGETOS", "TARGETARCH",
    "TARGETVARIANT", "TARGETSTAGE",
)  # fmt: skip
"""In the global scope (Dockerfile reference, "Automatic platform ARGs"); their values depend on the build."""


@dataclass(frozen=True, slots=True)
class State:
    """What is set at one place of a stage. None: not known."""

    environment: Variables = field(default_factory=lambda: _NOTHING)
    arguments: Variables = field(default_factory=lambda: _NOTHING)
    user: str | None = None
    """As USER names it, without the group; None: whatever the base has."""
    directory: str | None = None
    shell: tuple[str, ...] = SHELL

    @property
    def variables(self) -> Variables:
        """What an instruction and a shell see: the environment wins."""
        return {**self.arguments, **self.environment}


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction of a stage, and what is set before it."""

    instruction: Instruction
    before: State
    stage: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What one FROM begins; of a part of a Dockerfile, where there is none, all of it."""

    index: int
    name: str | None
    """In lower case."""
    base: str | None
    """The image's reference, or another stage's name; None where a build argument decides."""
    parent: "Stage | None"
    """The stage that it stands on."""
    instruction: Instruction
    """Its FROM, or the first of its steps."""
    steps: tuple[Step, ...]
    after: State
    """What is set at its end."""

    @property
    def chain(self) -> tuple["Stage", ...]:
        """It, behind the stages that it stands on."""
        found: list[Stage] = [self]
        while (parent := found[-1].parent) is not None:
            found.append(parent)
        return tuple(reversed(found))

    @property
    def bottom(self) -> "Stage":
        """The stage at the bottom of the chain."""
        stage: Stage = self
        while stage.parent is not None:
            stage = stage.parent
        return stage

    @property
    def root(self) -> str | None:
        """The image at the bottom of the chain."""
        return self.bottom.base

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Those of the whole chain: what the stage's layers are made of."""
        return tuple(step for stage in self.chain for step in stage.steps)


@dataclass(frozen=True, slots=True)
class Stages:
    """All stages of a file; the last is the one that is built where nobody says otherwise."""

    stages: tuple[Stage, ...]
    arguments: Variables
    """Before the first FROM."""
    _by_name: Mapping[str, Stage] = field(default_factory=dict, compare=False)

    def named(self, name: str, before: int | None = None) -> Stage | None:
        """The stage that `--from=NAME` means: a name or a number, of a stage above `before`."""
        found = self._by_name.get(name.lower())
        if found is None and name.isdecimal() and len(name) < 6 and int(name) < len(self.stages):
            found = self.stages[int(name)]
        return found if found is None or before is None or found.index < before else None


def stages(
    dockerfile: Dockerfile, base: Callable[[str | None], State] = lambda _: State(), given: Variables = _NOTHING
) -> Stages:
    """The stages of `dockerfile`; `base` says what an image sets, `given` are the build arguments of who builds it."""
    arguments: dict[str, str | None] = dict.fromkeys(_PREDEFINED)
    found: list[Stage] = []
    by_name: dict[str, Stage] = {}
    begun: tuple[Instruction, list[Step], State] | None = None
    whole = any(each.name == "FROM" for each in dockerfile.instructions)
    for instruction in dockerfile.instructions:
        if instruction.name == "FROM":
            if begun is not None:
                _finish(found, by_name, begun, arguments)
            begun = (instruction, [], _begin(instruction, by_name, arguments, dockerfile.escape, base))
        elif begun is None:
            if instruction.name == "ARG":
                arguments.update(_arguments(instruction, arguments, _NOTHING, dockerfile.escape, given=given))
            elif not whole:
                step = Step(instruction, base(None), 0)
                begun = (instruction, [step], _after(step.before, instruction, arguments, dockerfile.escape, given))
        else:
            opened, steps, state = begun
            steps.append(Step(instruction, state, len(found)))
            begun = (opened, steps, _after(state, instruction, arguments, dockerfile.escape, given))
    if begun is not None:
        _finish(found, by_name, begun, arguments)
    return Stages(tuple(found), arguments, by_name)


def _finish(
    found: list[Stage],
    by_name: dict[str, Stage],
    begun: tuple[Instruction, list[Step], State],
    arguments: Variables,
) -> None:
    instruction, steps, state = begun
    base, name = _from(instruction, arguments)
    parent = by_name.get(base.lower()) if base is not None else None
    stage = Stage(len(found), name, base, parent, instruction, tuple(steps), state)
    found.append(stage)
    if name is not None:
        by_name[name] = stage


def _from(instruction: Instruction, arguments: Variables) -> tuple[str | None, str | None]:
    words = [word.text for word in instruction.words] if instruction.name == "FROM" else []
    base = resolved(words[0], arguments) if words else None
    named = len(words) == 3 and words[1].upper() == "AS"
    return base, words[2].lower() if named else None


def _begin(
    instruction: Instruction,
    by_name: Mapping[str, Stage],
    arguments: Variables,
    escape: str,  # noqa: ARG001
    base: Callable[[str | None], State],
) -> State:
    """What is set at the beginning of a stage: all of the stage below, build arguments included (Dockerfile reference, "Scope")."""
    name, _ = _from(instruction, arguments)
    parent = by_name.get(name.lower()) if name is not None else None
    return parent.after if parent is not None else base(name)


def _arguments(
    instruction: Instruction,
    known: Variables,
    environment: Variables,
    escape: str,
    scope: Variables = _NOTHING,
    *,
    given: Variables = _NOTHING,
) -> Iterator[tuple[str, str | None]]:
    for pair in instruction.pairs:
        if pair.name in given:
            yield pair.name, given[pair.name]
        elif pair.value is None:
            yield pair.name, scope.get(pair.name)
        else:
            yield pair.name, resolved(pair.value, {**known, **environment}, escape)


def _after(state: State, instruction: Instruction, scope: Variables, escape: str, given: Variables) -> State:
    """What is set behind an instruction; `scope` are the build arguments above the first FROM, `given` those of who builds."""
    match instruction.name:
        case "ARG":
            named = dict(_arguments(instruction, state.arguments, state.environment, escape, scope, given=given))
            return replace(state, arguments={**state.arguments, **named})
        case "ENV":
            seen = state.variables
            values = {pair.name: resolved(pair.value or "", seen, escape) for pair in instruction.pairs}
            return replace(state, environment={**state.environment, **values})
        case "USER":
            user = resolved(instruction.body.text, state.variables, escape)
            return replace(state, user=user.partition(":")[0] if user is not None else None)
        case "WORKDIR":
            path = resolved(instruction.body.text, state.variables, escape)
            return replace(state, directory=joined(state.directory, path))
        case "SHELL" if instruction.json:
            return replace(state, shell=tuple(word.text for word in instruction.words))
        case _:
            return state


def joined(directory: str | None, path: str | None) -> str | None:
    """`path` in the image, seen from `directory`; None where that cannot be known."""
    if path is None or (directory is None and not path.startswith("/")):
        return None
    return posixpath.normpath(posixpath.join(directory or "/", path))
