"""Debian packages beyond the interpreter's own, each with the reason why it is there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pottle.config.options import Options
from pottle.plan import packages
from pottle.plan.model import Reason
from pottle.project.facts import Facts


@dataclass(frozen=True, slots=True)
class Need:
    """Packages that something in the project needs at run time."""

    packages: tuple[str, ...]
    decision: str
    """What the reason is called: "shell", "packages"."""
    value: str
    because: str
    at: str | None = None

    @property
    def reason(self) -> Reason:
        """As the plan tells it."""
        return Reason(decision=self.decision, value=self.value, because=self.because, at=self.at)


def needs(facts: Facts, options: Options, further: Sequence[Need] = ()) -> tuple[Need, ...]:
    """What is configured, what the code and the commands need, what the variant brings."""
    return tuple(_needs(facts, options, further))


def _needs(facts: Facts, options: Options, further: Sequence[Need]) -> Iterator[Need]:
    if options.packages:
        at = options.origins.get("packages")
        value = " ".join(options.packages)
        yield Need(options.packages, "packages", value, "they are configured", str(at) if at is not None else None)
    if facts.shell is not None:
        yield Need(packages.SHELL, "shell", "/bin/sh", facts.shell.value, str(facts.shell.at))
    yield from further
    if options.variant == "debug":
        at = options.origins.get("variant")
        because = "the debug variant has one"
        yield Need(packages.DEBUG, "shell", "/bin/sh", because, str(at) if at is not None else None)


def names(found: Iterable[Need]) -> tuple[str, ...]:
    """All of their packages, sorted."""
    return tuple(sorted({name for need in found for name in need.packages}))


def reasons(found: Iterable[Need]) -> Iterator[Reason]:
    """Why, each value of a decision once: the first reason is the one that counts."""
    seen: set[tuple[str, str]] = set()
    for need in found:
        if (need.decision, need.value) not in seen:
            seen.add((need.decision, need.value))
            yield need.reason
