"""The projects of a repository at a glance: what each is, how it is started, or why it has no plan."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from pottle.errors import NothingToRun

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


def failed(members: "Sequence[Member]") -> int:
    """The exit code: that of the first project which should have a plan and has none."""
    errors = (member.error for member in members)
    return next((error.exit_code for error in errors if error is not None and not isinstance(error, NothingToRun)), 0)
