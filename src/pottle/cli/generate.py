"""`pottle generate`: files for others to build and to run with, written from the plan."""

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


@click.group("generate", short_help="Write a Dockerfile, compose files, manifests and their like.")
def command() -> None:
    """Write files for others to build and to run with: the plan, as an expert would have written it down.

    They are yours to change: what somebody has changed, or what pottle never wrote, is not
    overwritten without --force. In a file of your own they fill the region between the lines
    `# pottle: begin generated` and `# pottle: end generated`, and leave the rest alone.

    \b
    Examples:
      pottle generate dockerfile
      pottle generate dockerignore ../shop
      pottle generate compose
      pottle generate refresh --check   # for CI: exit code 1 if one is old
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
    return _made(["dockerfile"], around, flags)


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
    return _made(["dockerignore"], around, flags)


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
    return _made(["bake"], around, flags)


@command.command("compose", short_help="compose.yaml for development; with --production, compose.prod.yaml.")
@click.option("--production", is_flag=True, help="For one host, by an image's digest: compose.prod.yaml.")
@_kind
@click.pass_obj
def compose(around: Surroundings, /, **flags: Any) -> int:
    """Write a compose file: the application, its workers and its migrations, and the servers that it needs.

    Which servers, its dependencies say (psycopg: PostgreSQL; redis, rq, celery[redis]: Redis …); where they are
    is told by the variables that the code reads. For development it builds the Dockerfile beside it
    (`pottle generate dockerfile`), mounts the working copy and reloads. No password is in it.

    \b
    Examples:
      pottle generate compose
      pottle generate compose --production
      pottle generate compose --stdout
      pottle generate compose --check
    """
    return _made(["compose-production" if flags.pop("production") else "compose"], around, flags)


@command.command(
    "kubernetes", short_help="kubernetes.yaml: Deployments, Jobs and CronJobs, which `pottle resolve` reads."
)
@click.option("--image", "manifest_image", metavar="REF", help="The image, in place of what `pottle resolve` builds.")
@_kind
@click.pass_obj
def kubernetes(around: Surroundings, /, **flags: Any) -> int:
    """Write manifests: a Deployment and a Service for what serves, a Job for what ends, a CronJob for what has
    a `schedule` under [tool.pottle.process.NAME]; probes as the image's health check, pods of the
    "restricted" Pod Security Standard.

    The image is `pottle://.`: `pottle resolve` builds it, pushes it and puts its digest there. Variables
    that the code reads are taken from a ConfigMap, which is in the file, and from a Secret, which is not.

    \b
    Examples:
      pottle generate kubernetes
      pottle resolve kubernetes.yaml | kubectl apply -f -
      pottle generate kubernetes --image registry.example/shop:1.2
      pottle generate kubernetes --check
    """
    return _made(["kubernetes"], around, flags)


@command.command("ci", short_help="A pipeline of GitHub or GitLab: check, build, push, hand on the digest.")
@click.option(
    "--provider",
    type=click.Choice(["github", "gitlab"]),
    help="Whose; by default github, or gitlab where there is a .gitlab-ci.yml.",
)
@_kind
@click.pass_obj
def ci(around: Surroundings, /, **flags: Any) -> int:
    """Write the repository's pipeline: .github/workflows/image.yaml, or .gitlab-ci.yml.

    It lints, holds generated files against the project (`pottle generate refresh --check`), builds the image
    of every change, and pushes it from the main branch and for tags. Layers are kept in the registry.

    \b
    Examples:
      pottle generate ci
      pottle generate ci --provider gitlab
      pottle generate ci --all          # every project of a monorepo
    """
    from pottle import api

    provider = flags.pop("provider") or api.ci_provider(flags["path"])
    return _made([f"ci-{provider}"], around, flags)


@command.command(
    "devcontainer", short_help=".devcontainer/devcontainer.json: an editor in the container of compose.yaml."
)
@_kind
@click.pass_obj
def devcontainer(around: Surroundings, /, **flags: Any) -> int:
    """Write a devcontainer.json for the service of compose.yaml (`pottle generate compose`): the project's own
    Python and its servers, for an editor that knows development containers.

    \b
    Examples:
      pottle generate compose && pottle generate devcontainer
      pottle generate devcontainer --check
    """
    return _made(["devcontainer"], around, flags)


@command.command("refresh", short_help="Every file here that pottle has written, as it should be now.")
@_kind
@click.pass_obj
def refresh(around: Surroundings, /, **flags: Any) -> int:
    """Write anew what pottle has written here before and nobody has changed since, of whatever kind.

    \b
    Examples:
      pottle generate refresh
      pottle generate refresh --check   # for CI: exit code 1 and a diff
      pottle generate refresh --all --check
    """
    from pottle import api

    return _made(api.KINDS, around, flags, there=True)


def _made(kinds: Sequence[str], around: Surroundings, flags: dict[str, Any], *, there: bool = False) -> int:
    """`there`: only what pottle has written before."""
    from pottle import api
    from pottle.errors import UsageError

    path: Path = flags.pop("path")
    how = How(*(flags.pop(name) for name in ("check", "diff", "stdout", "force", "form")))
    host = around.host(quiet=flags.pop("quiet"), ca_cert=None, refresh=False)
    style, upgrade = _given(flags), flags.pop("upgrade", False)
    image = flags.pop("manifest_image", None)
    if flags.pop("every"):
        if image is not None:
            hint = "name one project, or leave it to `pottle resolve`"
            raise UsageError("--image is one image, and --all means every project", hint=hint)
        outputs = api.generate_all(kinds, path, flags, host, style, upgrade=upgrade)
    else:
        options = api.read_options(path, around.environ, flags)
        outputs = api.generate(kinds, path, options, host, style, image=image, upgrade=upgrade)
    return _show(api.refreshed(outputs) if there else outputs, how, around.colour)


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
        click.echo("".join(output.text for output in outputs[:1]), nl=False)
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
