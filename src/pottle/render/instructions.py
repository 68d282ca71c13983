"""The Dockerfile language, as far as it is written here: instructions as values, and how they look.

An instruction is its parts; they stand in one line where they fit, else in one line each. Every text that comes from a project
passes one of the quoting functions. Reference: docs.docker.com/reference/dockerfile, BuildKit 0.13 (Docker 23 to 26) and later.
"""

import json
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pottle.errors import ConfigError

WIDTH = 100
"""Columns that a line may have before it is broken; words are never broken."""
_INDENT = "    "
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its keyword, and the parts between which a line may be broken."""

    keyword: str
    parts: tuple[str, ...]
    why: str | None = None
    """A comment above it."""

    def because(self, why: str | None) -> "Instruction":
        """The same with a comment."""
        return replace(self, why=why)

    def __str__(self) -> str:
        line = " ".join((self.keyword, *self.parts))
        if len(line) > WIDTH and len(self.parts) > 1:
            line = f"{self.keyword} " + f" \\\n{_INDENT}".join(self.parts)
        return comment(self.why) + line if self.why else line


@dataclass(frozen=True, slots=True)
class Stage:
    """What one `FROM` begins."""

    base: str
    name: str | None
    instructions: tuple[Instruction, ...]
    why: str | None = None

    def __str__(self) -> str:
        begin = f"FROM {self.base} AS {self.name}" if self.name else f"FROM {self.base}"
        head = comment(self.why) + begin if self.why else begin
        return "\n".join((head, *map(str, self.instructions)))


def comment(text: str) -> str:
    """Lines of comment."""
    return "".join(f"# {line}".rstrip() + "\n" for line in text.split("\n"))


# --- instructions -----------------------------------------------------------------------------------


def argument(name: str, default: str) -> Instruction:
    """`ARG`."""
    return Instruction("ARG", (f"{name}={value(default)}",))


def environment(pairs: Iterable[tuple[str, str]]) -> Instruction:
    """`ENV`."""
    return Instruction("ENV", tuple(f"{_name(name)}={value(text)}" for name, text in pairs))


def labels(pairs: Iterable[tuple[str, str]]) -> Instruction:
    """`LABEL`."""
    return Instruction("LABEL", tuple(f"{_name(name)}={value(text)}" for name, text in pairs))


def copy(sources: Sequence[str], target: str, *, stage: str | None = None, link: bool = False) -> Instruction:
    """`COPY`, from the build context or from another stage. `link`: the layer does not depend on those below it."""
    flags = [*(["--link"] if link else []), *([f"--from={stage}"] if stage else [])]
    paths = (*sources, target)
    if all(_PLAIN.fullmatch(path) for path in paths):
        return Instruction("COPY", (" ".join((*flags, *paths)),))
    return Instruction("COPY", (" ".join((*flags, array([_literal(path) for path in paths]))),))


def document(text: str, target: str) -> Instruction:
    """`COPY` of a here-document: a file with these lines, of which nothing is expanded."""
    assert "\nEOF\n" not in f"\n{text}\n", "nothing that is written here ends it"
    return Instruction("COPY", (f"<<'EOF' {target}\n{text}EOF\n",))


def workdir(path: str) -> Instruction:
    """`WORKDIR`."""
    return Instruction("WORKDIR", (path,))


def simple(keyword: str, text: str) -> Instruction:
    """An instruction of one part: EXPOSE, STOPSIGNAL, USER."""
    return Instruction(keyword, (text,))


def executed(keyword: str, argv: Sequence[str]) -> Instruction:
    """`ENTRYPOINT`, `CMD`, `VOLUME`: an array of JSON. It is no shell's: nothing in it is expanded."""
    return Instruction(keyword, (array(argv),))


def health_check(argv: Sequence[str], **seconds: int) -> Instruction:
    """`HEALTHCHECK`; `retries` is a number of times."""
    flags = [
        f"--{name.replace('_', '-')}={number}{'' if name == 'retries' else 's'}" for name, number in seconds.items()
    ]
    return Instruction("HEALTHCHECK", (" ".join(flags), f"CMD {array(argv)}"))


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a `RUN`: words, and more of them that may be many."""

    words: tuple[str, ...]
    items: tuple[str | tuple[str, ...], ...] = ()
    """Further words, or groups of them, in a line each where they do not all fit in one."""
    variables: tuple[tuple[str, str], ...] = ()

    def lines(self) -> list[str]:
        """As a shell reads it, and where it may be broken."""
        words = [*(f"{_name(name)}={word(text)}" for name, text in self.variables), *map(word, self.words)]
        items = [word(item) if isinstance(item, str) else " ".join(map(word, item)) for item in self.items]
        line = " ".join((*words, *items))
        if len(line) < WIDTH - len(f"{_INDENT}&&  \\"):
            return [line]
        return [" ".join(words), *(f"{_INDENT}{item}" for item in items)]


@dataclass(frozen=True, slots=True)
class Shell:
    """What only a shell can do, in its own words: lines that may also stand in one."""

    text: str

    def lines(self) -> list[str]:
        """As they are."""
        return self.text.split("\n")


def run(*commands: Command | Shell, mounts: Sequence[str] = (), network: str | None = None) -> Instruction:
    """`RUN`, the commands one after the other as long as they succeed."""
    flags = [*([f"--network={network}"] if network else []), *mounts]
    lines = [line for number, each in enumerate(commands) for line in _chained(each, number)]
    joined = " ".join(line.strip() for line in lines)
    if len(joined) + len(" ".join(flags)) < WIDTH - len("RUN  "):
        return Instruction("RUN", (*flags, joined))
    return Instruction("RUN", (*flags, *lines))


def _chained(command: Command | Shell, number: int) -> list[str]:
    first, *others = command.lines()
    return [f"&& {first}" if number else first, *others]


def bind(source: str, target: str, *, stage: str | None = None, writable: bool = False) -> str:
    """A file of the context, or of another stage, for one `RUN`: no layer holds it. `writable`: what is written is thrown away."""
    origin = (f"from={stage}",) if stage else ()
    how = ("rw",) if writable else ()
    return f"--mount={_fields('type=bind', *origin, f'source={source}', f'target={target}', *how)}"


def cache(target: str) -> str:
    """A directory that outlives the build, and that no layer holds."""
    return f"--mount=type=cache,target={target}"


def secret(identity: str, target: str) -> str:
    """A file that the builder is given (`--secret id=…,src=…`) and that no layer holds; without it, there is none."""
    return f"--mount=type=secret,id={identity},target={target}"


# --- quoting ----------------------------------------------------------------------------------------


def value(text: str) -> str:
    """A value of ENV, LABEL or ARG: quoted where it has to be, so that nothing in it is expanded."""
    if _PLAIN.fullmatch(text):
        return text
    _check_line(text)
    return '"' + re.sub(r'([\\"$])', r"\\\1", text) + '"'


def word(text: str) -> str:
    """A word of a shell's command."""
    _check_line(text)
    return shlex.quote(text)


def array(argv: Sequence[str]) -> str:
    """An array of JSON."""
    return json.dumps(list(argv), ensure_ascii=False)


def _name(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else value(text)


def _literal(path: str) -> str:
    """A path of COPY, of which nothing is expanded or matched."""
    return re.sub(r"([\\$])", r"\\\1", path).replace("[", "[[]")


def _fields(*fields: str) -> str:
    return ",".join(f'"{field}"' if set(field) & set(', "') else field for field in fields)


def _check_line(text: str) -> None:
    if "\n" in text or "\r" in text:
        hint = "give it another way: a file, or an environment variable of the deployment"
        raise ConfigError(f"a Dockerfile cannot hold a line break: {text[:40]!r}", hint=hint)
