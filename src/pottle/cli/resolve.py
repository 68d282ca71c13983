"""`pottle resolve`: manifests that name projects become manifests that name images."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pottle.cli.choices import platform_flag, registry_flags, source_flags, talk_flags
from pottle.cli.surroundings import Surroundings
from pottle.errors import HostError, UsageError

if TYPE_CHECKING:
    from pottle.api import Resolution
    from pottle.manifests import Manifest

REPOSITORY = "POTTLE_REPOSITORY"


@click.command("resolve", short_help="Put images into manifests.")
@click.argument("paths", metavar="FILE|DIR|-...", nargs=-1, required=True)
@click.option(
    "--repository",
    metavar="REGISTRY/PREFIX",
    help=f"Where images are pushed, by their projects' names.  [env: {REPOSITORY}]",
)
@click.option("-t", "--tag", "tags", metavar="TAG", multiple=True, help="Tag the images so; by default latest.")
@platform_flag
@source_flags
@registry_flags
@talk_flags
@click.pass_obj
def command(
    around: Surroundings,
    /,
    paths: Sequence[str],
    repository: str | None,
    tags: Sequence[str],
    insecure: Sequence[str],
    form: str,
    quiet: bool,
    ca_cert: Path | None,
    refresh: bool,
    **flags: Any,
) -> int:
    """Build the projects that YAML files name, push their images, and print the files with digests in their place.

    Any string `pottle://DIRECTORY` names a project, relative to the file that it stands in. Everything else stays as it is,
    comments included. Nothing is printed unless everything was built and pushed.

    \b
    Examples:
      pottle resolve --repository registry.example/team k8s/ | kubectl apply -f -
      pottle resolve --platform linux/amd64,linux/arm64 -t 1.2 k8s/web.yaml
      pottle resolve - < web.yaml
    """
    from pottle import api

    repository = repository or around.environ.get(REPOSITORY)
    if not repository:
        hint = f"name it: `--repository REGISTRY/PREFIX`, or {REPOSITORY}"
        raise UsageError("there is no place to push images to", hint=hint)
    manifests = [_manifest(path) for path in _files(paths)]
    here = around.host(quiet=quiet, ca_cert=ca_cert, refresh=refresh)
    publication = api.Publication(repository, tuple(tags), tuple(insecure))
    done = api.resolve(manifests, publication, flags, here)
    if not quiet:
        for each in done.published:
            click.echo(f"{each.mentions[0].reference} → {each.image}", err=True)
    click.echo(_json(done) if form == "json" else done.text.encode(), nl=form == "json")
    return 0


def _files(paths: Sequence[str]) -> Sequence[str]:
    from pottle.manifests import files

    return files(paths)


def _manifest(path: str) -> "Manifest":
    from pottle.manifests import MAX_SIZE, STDIN, read

    if path == STDIN:
        return read(path, sys.stdin.buffer.read(MAX_SIZE + 1))
    try:
        with open(path, "rb") as file:
            return read(path, file.read(MAX_SIZE + 1))
    except OSError as error:
        raise HostError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}", hint="check its mode"
        ) from error


def _json(done: "Resolution") -> str:
    import json

    images = [
        {
            "reference": each.mentions[0].reference,
            "image": each.image,
            "names": [str(name) for delivery in each.pushed.deliveries for name in delivery.names],
            "digest": each.pushed.deliveries[0].digest,
            "mentions": [{"path": mention.at.path, "line": mention.at.line} for mention in each.mentions],
        }
        for each in done.published
    ]
    return json.dumps({"images": images}, indent=2)
