"""`pottle build`: the image, in pottle's store and wherever else it is wanted."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pottle.cli import build_text
from pottle.cli.choices import plan_flags, platform_flag, project_argument, registry_flags, source_flags, talk_flags
from pottle.cli.surroundings import Surroundings

if TYPE_CHECKING:
    from pottle.api import Host
    from pottle.cli.deliveries import Wishes
    from pottle.config.options import Options
    from pottle.oci.registry.shared_layers import SharedLayers


@click.command("build", short_help="Build the image.")
@project_argument
@click.option("--all", "every", is_flag=True, help="Build every project of the repository below PATH.")
@click.option("-t", "--tag", "tags", metavar="NAME[:TAG]", multiple=True, help="Name the image; may be repeated.")
@click.option(
    "-o", "--output", "outputs", metavar="FILE|DIR", multiple=True, help="image.tar: an archive; dir/: an OCI layout."
)
@click.option("--push", is_flag=True, help="Push the image to the registries that the names of -t are in.")
@click.option("--load", is_flag=True, help="Load the image into docker or podman.")
@click.option("--digest-file", type=click.Path(path_type=Path), help="Write the image's digest to this file.")
@click.option(
    "--compression", type=click.Choice(["gzip", "zstd"]), help="zstd is smaller; engines of before 2023 lack it."
)
@platform_flag
@plan_flags
@source_flags
@registry_flags
@talk_flags
@click.pass_obj
def command(
    around: Surroundings,
    /,
    path: Path,
    every: bool,
    tags: Sequence[str],
    outputs: Sequence[str],
    push: bool,
    insecure: Sequence[str],
    load: bool,
    digest_file: Path | None,
    form: str,
    quiet: bool,
    ca_cert: Path | None,
    refresh: bool,
    **flags: Any,
) -> int:
    """Build the image of the project at PATH: no Docker, no root, no Dockerfile.

    It stays in pottle's own store, where `pottle run` finds it. On stdout is NAME@DIGEST, or with --load what the engine can run.

    \b
    Examples:
      pottle build
      pottle build -t shop:1.2 -o shop.tar    # for docker, podman, skopeo
      pottle build --push -t registry.example/team/shop:1.2
      pottle build --load ../shop             # docker run $(pottle build --load)
      pottle build --platform linux/arm64     # on any machine, without emulation
      pottle build --platform linux/amd64,linux/arm64 -o shop/   # an image index
      pottle build --all -t registry.example/team/{name}:1.2     # a monorepo
      pottle build --cache-from registry.example/cache     # layers of others
    """
    from pottle import api
    from pottle.cli.deliveries import Wishes

    started = time.monotonic()
    wishes = Wishes(tags, outputs, digest_file, load, push, insecure)
    wishes.check()
    here = around.host(quiet=quiet, ca_cert=ca_cert, refresh=refresh, insecure=insecure)
    if every:
        return _build_all(path, flags, here, wishes, _Saying(form, quiet, around.colour, started))
    options = api.read_options(path, around.environ, flags)
    with (
        api.layer_cache(options, here, insecure, bytes_wanted=wishes.bytes_wanted) as shared,
        wishes.ahead(here) as ahead,
    ):
        product = api.build_for(path, options, api.platforms(options), here, shared, ahead)
        delivered = wishes.fulfil(product, here, ahead)
    saying = _Saying(form, quiet, around.colour, started)
    saying.aside(build_text.text(delivered, saying.seconds))
    saying.result(delivered.document, delivered.result)
    return 0


@dataclass(frozen=True, slots=True)
class _Saying:
    """How results are told."""

    form: str
    quiet: bool
    colour: bool | None
    started: float

    @property
    def seconds(self) -> float:
        """Since the command began."""
        return time.monotonic() - self.started

    def aside(self, text: str) -> None:
        """On stderr, for people."""
        if not self.quiet:
            click.echo(text, err=True, color=self.colour)

    def result(self, document: object, text: str) -> None:
        """On stdout."""
        import json

        if self.form == "json":
            click.echo(json.dumps(document, indent=2))
        elif text:
            click.echo(text)


def _build_all(root: Path, flags: dict[str, Any], here: "Host", wishes: "Wishes", saying: _Saying) -> int:
    """Each project by itself: where one fails the others go on."""
    from pottle import api
    from pottle.cli import members_text
    from pottle.cli.failure import show

    members = api.plan_all(root, here.environ, flags)
    wishes.check_for([member.plans[0].name for member in members if member.plans])
    with ExitStack() as open_caches:

        def cache(options: "Options") -> "SharedLayers | None":
            own = api.layer_cache(options, here, wishes.insecure, bytes_wanted=wishes.bytes_wanted)
            return open_caches.enter_context(own)

        built = api.build_all(root, members, flags, here, cache)
        outcomes = [each.then(partial(wishes.fulfil, host=here)) for each in built]
    if saying.form == "text":
        for error in members_text.errors(outcomes):
            show(error, as_json=False)
    saying.aside(build_text.table(outcomes, saying.seconds))
    results = [outcome.value.result for outcome in outcomes if outcome.value is not None]
    saying.result([build_text.document(each) for each in outcomes], "\n".join(results))
    return members_text.failed(outcomes)
