"""What a rule is, and what it gives: findings, each with its reason and, where there is one, its fix."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from pottle.text import Span

Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""error: the image does not build, does not start, or gives something away; warning: it costs; info: it could be better."""

Category: TypeAlias = Literal["build", "runtime", "security", "reproducibility", "size", "context", "compose", "file"]

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Edit:
    """Other characters in the place of a span."""

    span: Span
    text: str
    path: str | None = None
    """Another file than the one that is checked; one that is not there yet is empty."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together: all are made or none."""

    what: str
    """What they do, as an imperative: "add `--system`"."""
    edits: tuple[Edit, ...]
    safe: bool = True
    """Behaviour stays, or what is broken is repaired; False: somebody should look at it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken."""

    span: Span
    message: str
    """One clause without a full stop: what is wrong and what comes of it."""
    fix: Fix | None = None
    severity: Severity | None = None
    """Another one than the rule's."""
    hint: str | None = None
    """What to do, where no fix does it."""
    secret: bool = False
    """The span is a secret: its characters are shown to nobody."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[S]):
    """One thing that should not be. Its name is its module's; the module's docstring is its page in the documentation."""

    subject: type[S] | tuple[type[Any], ...]
    """`Build` (a Dockerfile), `Compose` or `IgnoreFile`, or several of them: what `check` is given."""
    severity: Severity
    category: Category
    check: Callable[[S], Iterator[Finding]]
    overlaps: tuple[str, ...] = ()
    """Rules of hadolint (DL3042) and BuildKit (JSONArgsRecommended) that say the same: their comments silence this one too."""


AnyRule: TypeAlias = Rule[Any]
