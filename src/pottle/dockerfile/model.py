"""A Dockerfile as its language describes it (Dockerfile reference, "Format"), every part with its place in the file."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pottle.dockerfile.mapped import Mapped
from pottle.text import Source, Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that begins with `#`, also between the lines of an instruction; `text` is what follows the mark."""

    text: str
    span: Span
    """From the mark to the end of the line."""


@dataclass(frozen=True, slots=True)
class Directive:
    """`# syntax=…`, `# escape=…`, `# check=…` in the first lines."""

    name: Literal["syntax", "escape", "check"]
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flag:
    """`--name=value` behind the keyword; `value` is None where there is no equals sign. Quotes are removed."""

    name: str
    value: str | None
    span: Span

    @property
    def value_span(self) -> Span:
        """Behind the equals sign."""
        return Span(self.span.start + len(self.name) + 3, self.span.end) if self.value is not None else self.span


@dataclass(frozen=True, slots=True)
class Argument:
    """A word, as it is written; an item of a JSON array without its quotes and escapes, its span with the quotes."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Pair:
    """`NAME=value` of ENV, LABEL and ARG. `value` as it is written, quotes included; None where an ARG has none."""

    name: str
    value: str | None
    span: Span
    name_span: Span
    value_span: Span
    legacy: bool = False
    """`ENV NAME value`"""


@dataclass(frozen=True, slots=True)
class Heredoc:
    """The lines behind an instruction up to the one that is `name`."""

    name: str
    expands: bool
    """False where the name is quoted."""
    strips_tabs: bool
    """`<<-`"""
    descriptor: int
    word: Span
    """`<<EOF` in the instruction."""
    body: Span
    """The lines, without the one that ends them."""
    terminator: Span
    """The name at the end, without what ends its line."""


Form: TypeAlias = Literal["exec", "shell"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. Which of its fields are filled depends on its keyword."""

    name: str
    """The keyword in capitals, known or not."""
    keyword: Span
    span: Span
    """From the keyword to its last character; here-documents stand behind it."""
    whole: Span
    """With its here-documents."""
    flags: tuple[Flag, ...]
    body: Mapped
    """What follows keyword and flags: continued lines joined, comments left out."""
    json: bool = False
    """Whether the arguments are a JSON array."""
    words: tuple[Argument, ...] = ()
    """FROM, ADD, COPY, VOLUME, EXPOSE: blank-separated; of every other one the items of its JSON array."""
    pairs: tuple[Pair, ...] = ()
    """ENV, LABEL, ARG."""
    inner: "Instruction | None" = None
    """Behind ONBUILD; `CMD …` or `NONE` behind HEALTHCHECK."""
    heredocs: tuple[Heredoc, ...] = ()
    comments: tuple[Comment, ...] = ()
    """Between its lines."""

    @property
    def form(self) -> Form:
        """Of RUN, CMD, ENTRYPOINT, and of HEALTHCHECK's command."""
        return "exec" if self.json else "shell"

    def flag(self, name: str) -> Flag | None:
        """The first flag of that name."""
        return next((flag for flag in self.flags if flag.name == name), None)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an image cannot be built of the file: what BuildKit's parser refuses."""

    what: str
    span: Span


Element: TypeAlias = Directive | Comment | Instruction


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A file, read. Elements stand in their order; what is between them are blanks and line ends."""

    source: Source
    elements: tuple[Element, ...]
    escape: str
    problems: tuple[Problem, ...] = ()

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """The instructions alone."""
        return tuple(each for each in self.elements if isinstance(each, Instruction))

    @property
    def comments(self) -> tuple[Comment, ...]:
        """All of them, also those between the lines of an instruction, in order."""
        found: list[Comment] = []
        for each in self.elements:
            if isinstance(each, Comment):
                found.append(each)
            elif isinstance(each, Instruction):
                found += each.comments
        return tuple(found)

    @property
    def directives(self) -> tuple[Directive, ...]:
        """The parser directives."""
        return tuple(each for each in self.elements if isinstance(each, Directive))
