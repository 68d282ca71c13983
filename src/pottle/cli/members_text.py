"""The projects of a repository at a glance: what each is, how it is started, or why it has no plan."""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import click

from pottle.errors import NothingToRun, PottleError

if TYPE_CHECKING:
    from pottle.api import Member


def text(members: "Sequence[Member]") -> str:
    """One line for each project, aligned; errors follow with their places."""
    width = max((len(member.directory) for member in members), default=0)
    lines = [f"{member.directory:<{width}}  {said}" for member in members for said in _said(member)]
    return "\n".join(lines) or "there is no Python project here"


def _said(member: "Member") -> Iterator[str]:
    if isinstance(member.error, NothingToRun):
        yield click.style("a library: nothing in it is run", dim=True)
    elif member.error is not None:
        place = f" ({member.error.at})" if member.error.at else ""
        yield f"{click.style('error:', fg='red', bold=True)} {member.error.what}{place}"
    for plan in member.plans:
        about = f"{plan.kind}, Python {plan.python}, {plan.platform}"
        yield f"{click.style(' '.join(plan.command), fg='green')}  {click.style(f'({about})', dim=True)}"


class Failing(Protocol):
    """A project with which all has gone well, or something wrong."""

    @property
    def directory(self) -> str:
        """Relative to where the search began."""

    @property
    def error(self) -> PottleError | None:
        """What went wrong."""


def errors(members: "Sequence[Failing]") -> "list[PottleError]":
    """What went wrong with projects that should have been planned or built, a library aside: with the project, and places from here."""
    return [_from_here(error, member.directory) for member in members if (error := _failure(member)) is not None]


def failed(members: "Sequence[Failing]") -> int:
    """The exit code: that of the first such error."""
    return next((error.exit_code for error in errors(members)), 0)


def _failure(member: "Failing") -> PottleError | None:
    return None if isinstance(member.error, NothingToRun) else member.error


def _from_here(error: PottleError, directory: str) -> PottleError:
    at = error.at and replace(error.at, path=posixpath.normpath(posixpath.join(directory, error.at.path)))
    also = [_from_here(each, directory) for each in error.also]
    return type(error)(f"{directory}: {error.what}", at=at, hint=error.hint, also=also)
