"""The parts of a shell script (POSIX.1-2024, Shell Command Language, 2.9), each with its place in the text that was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pottle.text import Span

LONGEST = 1 << 15
"""Characters of a value that is worked out. `A=$A$A` doubles it with every line."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Characters that mean themselves, quotation removed."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$NAME`, `${NAME}`, `${NAME:-word}`: `operator` and `word` are "" where there is none."""

    name: str
    operator: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(…)`, backquotes, `$((…))`, `<(…)`: what comes of it only a shell knows."""

    text: str
    span: Span


Piece: TypeAlias = Literal | Parameter | Substitution


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, and what it is made of."""

    text: str
    span: Span
    pieces: tuple[Piece, ...]

    @property
    def literal(self) -> str | None:
        """What the word comes to; None where a variable or a substitution decides."""
        return self.resolved({})

    @property
    def pattern(self) -> bool:
        """Whether file names may take its place (2.14)."""
        return any(
            isinstance(piece, Literal) and not piece.quoted and any(c in piece.text for c in "*?[")
            for piece in self.pieces
        )

    @property
    def plain(self) -> bool:
        """Whether it is written as it means: no quotes, no expansions."""
        return self.literal == self.text

    def resolved(self, variables: Mapping[str, str | None]) -> str | None:
        """What the word comes to where `variables` are set; None where something else decides."""
        found = []
        for piece in self.pieces:
            match piece:
                case Literal(text):
                    found.append(text)
                case Parameter(name, operator, word):
                    value = _parameter(variables, name, operator, word)
                    if value is None:
                        return None
                    found.append(value)
                case Substitution():
                    return None
        value = "".join(found)
        return value if len(value) <= LONGEST or len(value) <= len(self.text) else None


def _parameter(variables: Mapping[str, str | None], name: str, operator: str, word: str) -> str | None:
    if name not in variables:
        return None
    value = variables[name]
    match operator:
        case "" | "?" | ":?":
            return value
        case "-" | ":-":
            return (value or word) if operator[0] == ":" and "$" not in word and value is not None else value
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=value` before a command, or alone."""

    name: str
    value: Word
    span: Span


@dataclass(frozen=True, slots=True)
class HereDocument:
    """The lines that a command reads; `expands` is false where the delimiter is quoted."""

    span: Span
    text: str
    expands: bool


@dataclass(frozen=True, slots=True)
class Redirection:
    """`2>file`, `<<EOF`."""

    operator: str
    target: Word
    span: Span
    document: HereDocument | None = None


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple command."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines joined by `&&` and `||`: the first, then each with its operator and the operator's place."""

    first: "Node"
    rest: tuple[tuple[str, Span, "Node"], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`; `negated` is `!`."""

    parts: tuple["Node", ...]
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with what follows from each, and `else`."""

    branches: tuple[tuple["Block", "Block"], ...]
    otherwise: "Block"
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """`for name in words`."""

    name: str
    words: tuple[Word, ...]
    body: "Block"
    span: Span


@dataclass(frozen=True, slots=True)
class While:
    """`while` and `until`."""

    condition: "Block"
    body: "Block"
    span: Span


@dataclass(frozen=True, slots=True)
class Case:
    """`case word in`."""

    word: Word
    branches: tuple[tuple[tuple[Word, ...], "Block"], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """`{ … }`, or in a shell of its own `( … )`."""

    body: "Block"
    subshell: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Redirected:
    """A compound command whose input or output is redirected."""

    node: "Node"
    redirections: tuple[Redirection, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Function:
    """`name() …`: it runs where it is called."""

    name: str
    body: "Node"
    span: Span


Node: TypeAlias = Simple | AndOr | Pipeline | If | For | While | Case | Group | Redirected | Function
Block: TypeAlias = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A text that was read; where it is no shell script, `error` says why and `body` holds what stands before that."""

    text: str
    body: Block
    error: str | None = None
    error_at: int | None = None
