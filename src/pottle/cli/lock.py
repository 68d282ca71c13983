"""`pottle lock`: what no lock of the project decides, resolved once and kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pottle.cli.choices import lock_flags, platform_flag, project_argument, talk_flags
from pottle.cli.surroundings import Surroundings

if TYPE_CHECKING:
    from pottle.api import Pinned, Pinning

_MOST = 6
"""So many changed distributions are named."""


@click.command("lock", short_help="Resolve what no lock decides.")
@project_argument
@click.option("--upgrade", is_flag=True, help="Choose every version anew, not only those that no longer satisfy.")
@platform_flag
@lock_flags
@talk_flags
@click.pass_obj
def command(
    around: Surroundings, /, path: Path, upgrade: bool, form: str, quiet: bool, ca_cert: Path | None, **flags: Any
) -> int:
    """Resolve what no lock of the project decides, once for each platform, and keep it in pottle.lock.

    Commit the file: builds then take exactly these wheels, and stop where the project asks for something else. A project whose
    own lock decides everything needs none.

    \b
    Examples:
      pottle lock
      pottle lock --platform linux/amd64,linux/arm64
      pottle lock --upgrade
    """
    from pottle import api

    here = around.host(quiet=quiet, ca_cert=ca_cert, refresh=False)
    options = api.read_options(path, around.environ, flags)
    done = api.pin(path, options, here, upgrade=upgrade)
    click.echo(_json(done) if form == "json" else _text(done))
    return 0


def _text(done: "Pinning") -> str:
    if done.nothing is not None:
        return f"nothing is left to lock: {done.nothing}"
    return "\n".join(f"{done.path.name}: {_line(each)}" for each in done.environments)


def _line(each: "Pinned") -> str:
    wheels = f"{each.wheels} wheel{'' if each.wheels == 1 else 's'}"
    more = f" and {len(each.changed) - _MOST} more" if len(each.changed) > _MOST else ""
    changes = f"changed: {', '.join(each.changed[:_MOST])}{more}" if each.changed else "unchanged"
    return f"{each.platform} with Python {each.python}: {wheels}, {changes}"


def _json(done: "Pinning") -> str:
    import json

    environments = [
        {"platform": each.platform, "python": each.python, "wheels": each.wheels, "changed": list(each.changed)}
        for each in done.environments
    ]
    document = {"lockfile": done.path.name, "environments": environments, "nothing_to_lock": done.nothing}
    return json.dumps(document, indent=2)
