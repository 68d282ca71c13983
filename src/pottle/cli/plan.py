"""`pottle plan`: the image that would be built, each decision with its evidence."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pottle.cli import members_text, plan_text
from pottle.cli.choices import locked_flag, plan_flags, platform_flag, project_argument, reach_flags, talk_flags
from pottle.cli.surroundings import Surroundings


@click.command("plan", short_help="Show the image that would be built.")
@project_argument
@platform_flag
@click.option("--all", "every", is_flag=True, help="Plan every project of the repository below PATH.")
@click.option(
    "--resolve", is_flag=True, help="Ask an index for what no lock decides, and look into wheels; nothing is written."
)
@plan_flags
@locked_flag
@reach_flags
@talk_flags
@click.pass_obj
def command(
    around: Surroundings,
    /,
    path: Path,
    every: bool,
    resolve: bool,
    form: str,
    quiet: bool,
    ca_cert: Path | None,
    insecure: Sequence[str],
    **flags: Any,
) -> int:
    """Show the image that would be built, with the reason for every decision.

    Nothing is written, and nothing is fetched unless --resolve asks for it.

    \b
    Examples:
      pottle plan
      pottle plan ../shop --python 3.11
      pottle plan --all                       # what is there in a monorepo?
      pottle plan --format json | jq .command
      pottle plan --resolve                   # which wheels, and what they need
    """
    from pottle import api

    if every:
        members = api.plan_all(path, around.environ, flags)
        shown = api.members_as_json(members) if form == "json" else f"{members_text.text(members)}\n"
        click.echo(shown, nl=False, color=around.colour)
        return members_text.failed(members)
    options = api.read_options(path, around.environ, flags)
    here = around.host(quiet=quiet, ca_cert=ca_cert, refresh=False, insecure=insecure, makes=resolve)
    make = api.plan_resolved if resolve else api.plan
    plans = [make(path, options, platform, here) for platform in api.platforms(options)]
    if form == "json":
        click.echo(api.plans_as_json(plans), nl=False)
    else:
        columns = shutil.get_terminal_size(fallback=(plan_text.USUAL, 24)).columns
        click.echo(plan_text.text(plans, columns), color=around.colour)
    return 0
