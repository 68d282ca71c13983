"""`pottle generate`: files for others to build with, written from the plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pottle.cli.choices import plan_flags, platform_flag, project_argument, talk_flags
from pottle.cli.surroundings import Surroundings

if TYPE_CHECKING:
    from pottle.render.files import Output, State
    from pottle.render.style import Style

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("generate", short_help="Write a Dockerfile and its like.")
def command() -> None:
    """Write files for others to build with: the plan, as an expert would have written it down.

    They are yours to change: what somebody has changed, or what pottle never wrote, is not
    overwritten without --force. In a file of your own they fill the region between the lines
    `# pottle: begin generated` and `# pottle: end generated`, and leave the rest alone.

    \b
    Examples:
      pottle generate dockerfile
      pottle generate dockerignore ../shop
      pottle generate dockerfile --check     # for CI: exit code 1 if it is old
    """


_HOW = (
    click.option("--all", "every", is_flag=True, help="For every project of the repository below PATH."),
    click.option("--check", is_flag=True, help="Write nothing; exit code 1 and a diff where a file is out of date."),
    click.option("--diff", is_flag=True, help="Write nothing; show what would change."),
    click.option("--stdout", is_flag=True, help="Write nothing; print the file."),
    click.option("--force", is_flag=True, help="Replace a file that somebody has changed."),
)


@dataclass(frozen=True, slots=True)
class How:
    """What is done with a file."""

    check: bool
    diff: bool
    stdout: bool
    force: bool
    form: str


def _kind(function: Command) -> Command:
    """The arguments and flags of every kind."""
    function = platform_flag(plan_flags(talk_flags(function)), "both, as far as there are wheels")
    for flag in reversed(_HOW):
        function = flag(function)
    return project_argument(function)


_STYLE = (
    click.option(
        "--from", "image", metavar="IMAGE", help="What it stands on: python:3.13-slim-trixie, a mirror's debian."
    ),
    click.option(
        "--secret",
        "secrets",
        type=click.Choice(["ca", "netrc"]),
        multiple=True,
        help="What the builder is given for indexes: a CA bundle, logins. Neither gets into a layer.",
    ),
    click.option("--pin", is_flag=True, help="Name images with their digests; those that it has already stay."),
    click.option("--upgrade", is_flag=True, help="Ask registries for the digests anew."),
    click.option("--dev", is_flag=True, help="A stage `dev` as well: development dependencies, a server that reloads."),
    click.option(
        "--manager-native", "native", is_flag=True, help="Poetry, PDM, Pipenv or pip installs, in place of uv."
    ),
    click.option("--single-stage", is_flag=True, help="One stage, with the same result."),
    click.option("--wheel-house", is_flag=True, help="A stage makes wheels of everything, the image installs them."),
)


def _style(function: Command) -> Command:
    """What somebody may want otherwise in a Dockerfile."""
    for flag in reversed(_STYLE):
        function = flag(function)
    return function


@command.command("dockerfile", short_help="Dockerfile, and the lock it reads where uv does not read the project's.")
@_style
@_kind
@click.pass_obj
def dockerfile(around: Surroundings, /, **flags: Any) -> int:
    """Write a Dockerfile that makes the image that `pottle build` makes.

    It remembers how it was written (--from, --secret, --pin, --dev …), so that a later call
    needs no flags.

    Beside it stands Dockerfile.lock, where the project's lock is none that uv reads: the same wheels, by their hashes.

    \b
    Examples:
      pottle generate dockerfile
      pottle generate dockerfile --from python:3.13-slim-trixie
      pottle generate dockerfile --pin         # --upgrade: today's digests
      pottle generate dockerfile --dev         # docker build --target dev
      pottle generate dockerfile --manager-native
      pottle generate dockerfile --base python:3.13-alpine
      pottle generate dockerfile --secret ca   # --secret id=ca,src=company.pem
      pottle generate dockerfile --check
    """
    return _made("dockerfile", around, flags)


@command.command("dockerignore", short_help=".dockerignore: what no builder gets to see.")
@_kind
@click.pass_obj
def dockerignore(around: Surroundings, /, **flags: Any) -> int:
    """Write a .dockerignore: secrets, caches and what is for developers; nothing that the image needs.

    \b
    Examples:
      pottle generate dockerignore
      pottle generate dockerignore --diff
    """
    return _made("dockerignore", around, flags)


@command.command("bake", short_help="docker-bake.json: all images of a repository, on one builder or on many.")
@_style
@_kind
@click.pass_obj
def bake(around: Surroundings, /, **flags: Any) -> int:
    """Write a docker-bake.json, by which `docker buildx bake` builds the Dockerfiles.

    REGISTRY, TAG and CACHE are variables of it: CACHE names a repository of a registry where all
    builders keep their caches, and find each other's.

    \b
    Examples:
      pottle generate bake
      pottle generate bake --all --platform linux/amd64,linux/arm64
    """
    return _made("bake", around, flags)


def _made(kind: str, around: Surroundings, flags: dict[str, Any]) -> int:
    from pottle import api

    path: Path = flags.pop("path")
    how = How(*(flags.pop(name) for name in ("check", "diff", "stdout", "force", "form")))
    host = around.host(quiet=flags.pop("quiet"), ca_cert=None, refresh=False)
    style, upgrade = _given(flags), flags.pop("upgrade", False)
    if flags.pop("every"):
        outputs = api.generate_all([kind], path, flags, host, style, upgrade=upgrade)
    else:
        options = api.read_options(path, around.environ, flags)
        outputs = api.generate([kind], path, options, host, style, upgrade=upgrade)
    return _show(outputs, how, around.colour)


def _given(flags: dict[str, Any]) -> "Style | None":
    """The style that flags ask for; None: they ask for none."""
    from pottle.errors import UsageError
    from pottle.render.style import Style

    single, house = flags.pop("single_stage", False), flags.pop("wheel_house", False)
    if single and house:
        raise UsageError("--single-stage and --wheel-house are two layouts", hint="leave one of them out")
    given = Style(
        image=flags.pop("image", None),
        secrets=tuple(sorted(set(flags.pop("secrets", ())))),
        pin=flags.pop("pin", False),
        dev=flags.pop("dev", False),
        native=flags.pop("native", False),
        layout="single-stage" if single else "wheel-house" if house else "stages",
    )
    return given if given != Style() else None


def _show(outputs: "Sequence[Output]", how: How, colour: bool | None) -> int:
    from pottle.render.files import write

    if how.stdout:
        click.echo(outputs[0].text, nl=False)
        return 0
    if not (how.check or how.diff):
        _tell(outputs, write(outputs, force=how.force), how)
        return 0
    states = [output.state for output in outputs]
    if how.form == "json":
        _tell(outputs, states, how)
    else:
        for output in outputs:
            click.echo(_coloured(output.diff), nl=False, color=colour)
    return 1 if how.check and any(state != "current" for state in states) else 0


def _tell(outputs: "Sequence[Output]", states: "Sequence[State]", how: How) -> None:
    """The files: to a person those that were written, to a program all of them, with the diff where it asked for one."""
    told = list(zip(outputs, states, strict=True))
    if how.form == "json":
        import json

        looking = how.check or how.diff
        files = [
            {"path": str(output.path), "state": state, **({"diff": output.diff} if looking else {})}
            for output, state in told
        ]
        click.echo(json.dumps(files, indent=2))
        return
    for output, state in told:
        click.echo(f"{output.path}{' (unchanged)' if state == 'current' else ''}")


def _coloured(diff: str) -> str:
    colours = {"+": "green", "-": "red", "@": "cyan"}
    lines = diff.splitlines(keepends=True)
    return "".join(click.style(line, fg=colours.get(line[:1])) if line[:1] in colours else line for line in lines)
