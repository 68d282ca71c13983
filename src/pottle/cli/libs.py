"""`pottle libs`: which libraries and programs of the system an environment needs, and which packages have them."""

from collections.abc import Sequence
from pathlib import Path

import click

from pottle.cli import libs_text
from pottle.cli.choices import reach_flags
from pottle.cli.surroundings import Surroundings


@click.command("libs", short_help="Which system packages an environment needs.")
@click.argument("target", metavar="[PATH|LOCK|IMAGE]", default=".", required=False)
@click.option(
    "--suite",
    metavar="NAME",
    help="Whose packages: trixie, bookworm, noble … or alpine; by default the base, this machine's own, trixie.",
)
@click.option("--arch", metavar="NAME", help="amd64 or arm64; by default that of the code, or this machine's.")
@click.option("--optional", is_flag=True, help="With --format apt: also what plugins and further tools want.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "apt"]),
    default="text",
    help="How results are told; apt is a list of packages, one a line.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no warnings.")
@reach_flags
@click.pass_obj
def command(
    around: Surroundings,
    /,
    target: str,
    suite: str | None,
    arch: str | None,
    optional: bool,
    form: str,
    quiet: bool,
    ca_cert: Path | None,
    insecure: Sequence[str],
) -> int:
    """Show which libraries and programs of the system an environment needs, and which packages have them.

    PATH is a folder, a virtual environment or a whole root, which is read and never run; a project or its LOCK, whose wheels are
    looked into; or an IMAGE of pottle's store or of a registry. Exit code 1: something is required that nobody has, or a newer
    glibc or libstdc++. What can still be installed is a failure in an image only.

    \b
    Examples:
      pottle libs .venv
      pottle libs uv.lock --suite bookworm --arch arm64
      pottle libs registry.example/shop:1.2 --format json
      pottle libs /opt/venv --format apt | xargs apt-get install -y
    """
    from pottle import api

    here = around.host(quiet=quiet, ca_cert=ca_cert, refresh=False, insecure=insecure)
    found = api.libs(target, api.SystemWish(suite, arch), here, sizes=form != "apt")
    match form:
        case "apt":
            names = {*found.report.packages, *(found.report.optional if optional else ())}
            click.echo("".join(f"{name}\n" for name in sorted(names)), nl=False)
            for line in libs_text.wanting(found):
                click.echo(f"warning: {line}", err=True)
        case "json":
            click.echo(libs_text.json(found))
        case _:
            click.echo(libs_text.text(found), color=around.colour)
    return 1 if found.found_wanting else 0
