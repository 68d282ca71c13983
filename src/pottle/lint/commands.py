"""The commands that an instruction runs: each as an argv whose words know their place in the Dockerfile."""

import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pottle.dockerfile.mapped import Mapped
from pottle.dockerfile.model import Instruction
from pottle.dockerfile.scripts import shell_text
from pottle.dockerfile.stages import Step
from pottle.shell import syntax
from pottle.shell.commands import Run, runs
from pottle.shell.parser import parse
from pottle.text import Source, Span

_SHELLS = re.compile(r"sh|bash|dash|ash|zsh|ksh")
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*")
_THROUGH: Mapping[str, frozenset[str]] = {
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "time": frozenset(),
    "nohup": frozenset(),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
    "sudo": frozenset({"-u", "-g", "-h", "-p"}),
    "nice": frozenset({"-n"}),
    "tini": frozenset({"-e", "-p"}),
    "dumb-init": frozenset({"-r", "--rewrite"}),
    "timeout": frozenset({"-k", "-s"}),
    "gosu": frozenset(),
    "su-exec": frozenset(),
}
"""Programs that run the command behind them, and which of their options the next word belongs to."""
_FIRST_IS_OWN = frozenset({"timeout", "gosu", "su-exec"})
"""Those whose first word that is no option is theirs."""
_DEEPEST = 4
LONGEST = 1 << 18
"""Characters of a script that is read: a second's work."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command."""

    text: str | None
    """What it comes to; None where the build or the shell decides."""
    raw: str
    """As it is written."""
    span: Span
    exec: bool = False
    """It is an item of a JSON array."""

    @property
    def known(self) -> str:
        """What it comes to; as it is written where that is not known."""
        return self.raw if self.text is None else self.text

    def written(self, text: str) -> str:
        """`text` as it has to be written in this word's place."""
        return json.dumps(text, ensure_ascii=False) if self.exec else shlex.quote(text)


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command that an instruction runs."""

    step: Step
    words: tuple[Word, ...]
    """Its argv, without what only runs it: `exec`, `env NAME=value`, `tini --` …"""
    span: Span
    """All of it, redirections included."""
    whole: tuple[Word, ...] = ()
    """Every word of it."""
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """What is set for it alone, or exported by its script."""
    conditional: bool = False
    """It may not run although all is well: see `pottle.shell.commands.Run`."""
    tolerated: bool = False
    """Its failure does not fail the build by itself."""
    feeds: str | None = None
    """The program that reads its output."""
    reads: str | None = None
    """The program whose output it reads."""
    redirections: tuple[syntax.Redirection, ...] = ()
    in_shell: bool = True
    """False for the exec form: no shell reads its words."""
    program: str = field(init=False, compare=False, repr=False)
    """The name of the program, without its directory; "" where a variable decides."""

    def __post_init__(self) -> None:
        """Every rule asks for the program, of every command."""
        object.__setattr__(self, "program", (self.words[0].text or "").rpartition("/")[2] if self.words else "")

    @property
    def path(self) -> str | None:
        """The program as it is called."""
        return self.words[0].text if self.words else None

    @property
    def module(self) -> str | None:
        """The module that `python -m` runs."""
        found = module_at(self.words)
        return self.words[found].text if found is not None else None

    @property
    def argv(self) -> tuple[str, ...]:
        """The words as far as they are known."""
        return tuple(word.known for word in self.words)


def module_at(words: Sequence[Word]) -> int | None:
    """Which word is the module's name in `python … -m NAME …`."""
    if not words or not _PYTHON.fullmatch(posixpath.basename(words[0].text or "")):
        return None
    at = 1
    while at < len(words) and (text := words[at].text) is not None and text.startswith("-"):
        if text == "-m":
            return at + 1 if at + 1 < len(words) else None
        if text.startswith("-c") or text == "-":
            return None
        at += 2 if text in ("-W", "-X") else 1
    return None


@dataclass(frozen=True, slots=True)
class Commands:
    """What an instruction runs; `error` says why a part of it could not be read."""

    found: tuple[Command, ...]
    error: str | None = None
    at: Span | None = None


def commands(step: Step, source: Source) -> Commands:
    """The commands of RUN, CMD, ENTRYPOINT, and of HEALTHCHECK and ONBUILD."""
    instruction = step.instruction
    while instruction.inner is not None:
        instruction = instruction.inner
    if instruction.name not in ("RUN", "CMD", "ENTRYPOINT"):
        return Commands(())
    text = shell_text(instruction, source)
    if text is None:
        found = _argv(step, instruction) if instruction.json and instruction.words else None
        return Commands((found,) if found is not None else ())
    if text.interpreter is not None and not _SHELLS.fullmatch(posixpath.basename(text.interpreter.split()[-1])):
        return Commands(())
    if not instruction.json and not _reads_shell(step.before.shell):
        return Commands(())
    return _script(step, text.text, 0)


def script_commands(step: Step, text: Mapped) -> tuple[Command, ...]:
    """The commands of a script that is no instruction's own."""
    return _script(step, text, 0).found


def _reads_shell(shell: Sequence[str]) -> bool:
    return bool(shell) and bool(_SHELLS.fullmatch(posixpath.basename(shell[0])))


def _argv(step: Step, instruction: Instruction) -> Command | None:
    words = tuple(Word(word.text, json.dumps(word.text), word.span, exec=True) for word in instruction.words)
    return _unwrapped(Command(step, words, words[0].span.until(words[-1].span), words, in_shell=False))


def joined(command: Command, more: Command) -> Command:
    """An entry point with the words of CMD behind it."""
    words = (*command.whole, *more.whole)
    return _unwrapped(replace(command, words=words, whole=words, environment={}))


def _script(step: Step, text: Mapped, depth: int) -> Commands:
    if len(text.text) > LONGEST:
        return Commands((), f"the script is longer than {LONGEST:,} characters", Span(text.place(0), text.place(0) + 1))
    script = parse(text.text)
    variables: dict[str, str | None] = dict(step.before.variables)
    exported: dict[str, str | None] = {}
    found: list[Command] = []
    for run in runs(script):
        if run.simple.words:
            command = _unwrapped(_command(step, text, run, variables, exported))
            found += _nested(command, depth) or (command,)
            exported.update(_exported(command, variables))
        else:
            for assignment in run.simple.assignments:
                variables[assignment.name] = None if run.conditional else assignment.value.resolved(variables)
    at = text.place(script.error_at) if script.error_at is not None and text.text else None
    return Commands(tuple(found), script.error, Span(at, at + 1) if at is not None else None)


def _exported(command: Command, variables: dict[str, str | None]) -> Iterator[tuple[str, str | None]]:
    """`export NAME=value`, for the commands behind it; `export NAME` of what the script has set."""
    for word in command.words[1:] if command.program == "export" else ():
        assigned = _ASSIGNED.fullmatch(word.known)
        name = assigned[1] if assigned is not None else word.known
        if assigned is not None:
            variables[name] = None if command.conditional or word.text is None else assigned[2]
        if name in variables:
            yield name, variables[name]


def _command(
    step: Step, text: Mapped, run: Run, variables: Mapping[str, str | None], exported: Mapping[str, str | None]
) -> Command:
    simple = run.simple
    words = tuple(Word(w.resolved(variables), w.text, text.of(w.span)) for w in simple.words)
    environment = {**exported, **{each.name: each.value.resolved(variables) for each in simple.assignments}}
    return Command(
        step,
        words,
        text.of(simple.span),
        words,
        environment,
        run.conditional,
        run.tolerated,
        _program(run.feeds),
        _program(run.reads),
        run.redirections,
    )


def _program(simple: syntax.Simple | None) -> str | None:
    if simple is None or not simple.words:
        return None
    return posixpath.basename(simple.words[0].literal or simple.words[0].text)


def _unwrapped(command: Command) -> Command:
    """Without what stands before the program and only runs it."""
    words, environment = command.words, dict(command.environment)
    while words and (name := posixpath.basename(words[0].text or "")) in _THROUGH:
        at, own = 1, name in _FIRST_IS_OWN
        while at < len(words):
            text = words[at].known
            assigned = _ASSIGNED.fullmatch(text) if name in ("env", "sudo") else None
            if assigned:
                environment[assigned[1]] = assigned[2] if words[at].text is not None else None
            elif text == "--":
                at += 1
                break
            elif text.startswith("-") and len(text) > 1:
                at += text in _THROUGH[name]
            elif own:
                own = False
            else:
                break
            at += 1
        if at >= len(words):
            break
        words = words[at:]
    return replace(command, words=words, environment=environment)


def _nested(command: Command, depth: int) -> tuple[Command, ...]:
    """The commands of `sh -c '…'`, where its script is written as it means."""
    if not _SHELLS.fullmatch(command.program) or depth >= _DEEPEST:
        return ()
    flag = next((n for n, word in enumerate(command.words) if re.fullmatch(r"-[a-z]*c", word.known)), None)
    if flag is None or flag + 1 >= len(command.words):
        return ()
    script = command.words[flag + 1]
    if script.text is None or script.raw[1:-1] != script.text or script.span.end - script.span.start != len(script.raw):
        return ()
    inner = _script(command.step, Mapped(script.text, (0,), (script.span.start + 1,)), depth + 1)
    around = command.conditional
    return tuple(replace(each, conditional=each.conditional or around) for each in inner.found)
