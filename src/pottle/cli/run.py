"""`pottle run`: builds a project, or takes an image that was built, and runs it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pottle.cli.choices import plan_flags, source_flags
from pottle.cli.surroundings import Surroundings
from pottle.errors import UsageError

if TYPE_CHECKING:
    from pottle.api import Host
    from pottle.oci.image import Image
    from pottle.oci.reference import Reference
    from pottle.sharing import Use


@click.command("run", short_help="Build if needed, and run.")
@click.argument("what", metavar="[PATH|IMAGE]", default=".")
@click.argument("arguments", metavar="[-- ARGUMENTS]", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "-p", "--publish", "ports", metavar="[HOST:]PORT", multiple=True, help="Where the container's port is reached."
)
@click.option("--process", "process", metavar="NAME", help="Another process of the image: worker, migrate …")
@click.option("-e", "--env", "variables", metavar="KEY[=VALUE]", multiple=True, help="An environment variable.")
@click.option("--network", type=click.Choice(["host", "bridge"]), help="The machine's network, or one of its own.")
@click.option(
    "--backend", metavar="NAME", help="docker, podman, bubblewrap or unshare; by default the first that works."
)
@plan_flags
@source_flags
@click.option("-q", "--quiet", is_flag=True, help="No progress and no warnings.")
@click.pass_obj
def command(
    around: Surroundings,
    /,
    what: str,
    arguments: Sequence[str],
    ports: Sequence[str],
    process: str | None,
    variables: Sequence[str],
    network: Any,
    backend: str | None,
    quiet: bool,
    ca_cert: Path | None,
    insecure: Sequence[str],
    refresh: bool,
    **flags: Any,
) -> int:
    """Run a project, built first if anything has changed, or an image from pottle's store.

    The container gets a read-only root, no capabilities and the image's own user, whatever runs it: docker or podman where one
    answers, else bubblewrap, else the kernel's namespaces. ARGUMENTS replace the image's command.

    \b
    Examples:
      pottle run
      pottle run ../shop -p 8080:8000 -e DEBUG=1
      pottle run shop:1.2 -- python -m shop.migrate
      pottle run shop:1.2 --process worker
    """
    from pottle import api
    from pottle.run.settings import Port, Settings, variable

    here = around.host(quiet=quiet, ca_cert=ca_cert, refresh=refresh, insecure=insecure)
    settings = Settings(
        arguments=tuple(arguments),
        process=process,
        environment=tuple(pair for text in variables if (pair := variable(text, around.environ)) is not None),
        ports=tuple(Port.parse(text) for text in ports),
        network=network,
        backend=backend,
    )
    image, name = _found(what, flags, here)
    return api.run(image, name, settings, _Told(here.use, quiet=quiet, colour=around.colour), here)


def _found(what: str, flags: dict[str, Any], here: "Host") -> "tuple[Image, Reference]":
    """A directory is a project; anything else is the name of an image, unless it can only be a path."""
    from pottle import api

    if not Path(what).is_dir() and not what.startswith((".", "/", "~")):
        if (found := api.stored(what, here)) is not None:
            return found, api.reference(what)
        if not Path(what).exists():
            hint = "name a directory, or an image that `pottle build -t` has named"
            raise UsageError(f"there is neither a directory nor an image called {what}", hint=hint)
    path = Path(what)
    options = api.read_options(path, here.environ, flags)
    with api.layer_cache(options, here) as shared:
        product = api.build_for(path, options, (api.own_platform(),), here, shared)
    names = api.references(product, ())
    api.tag(product.target, names)
    return product.builds[0].image, names[0]


class _Told:
    """Says on stderr how it goes. While the program runs it holds no more of the cache than its own root."""

    def __init__(self, use: "Use | None", *, quiet: bool, colour: bool | None) -> None:
        self._use = use
        self._quiet = quiet
        self._colour = colour

    def started(self, backend: str) -> None:
        self._backend = backend
        if self._use is not None:
            self._use.end()

    def ready(self, url: str) -> None:
        self._say(f"listening on {click.style(url, bold=True)} (in {self._backend}; Ctrl-C stops it)")

    def passed_over(self, backend: str, reason: str) -> None:
        if self._use is not None:
            self._use.begin()
        self._say(f"{click.style('warning:', fg='yellow')} {backend}: {reason}; trying the next")

    def _say(self, text: str) -> None:
        if not self._quiet:
            click.echo(text, err=True, color=self._colour)
