"""`pottle build`: the image, in pottle's store and wherever else it is wanted."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pottle.cli import build_text
from pottle.cli.choices import plan_flags, platform_flag, project_argument, source_flags, talk_flags
from pottle.cli.surroundings import Surroundings
from pottle.errors import UsageError

if TYPE_CHECKING:
    from pottle.api import Product
    from pottle.build.builder import Built
    from pottle.oci.reference import Reference
    from pottle.oci.registry.push import Delivery, Pushed


@click.command("build", short_help="Build the image.")
@project_argument
@click.option("-t", "--tag", "tags", metavar="NAME[:TAG]", multiple=True, help="Name the image; may be repeated.")
@click.option(
    "-o", "--output", "outputs", metavar="FILE|DIR", multiple=True, help="image.tar: an archive; dir/: an OCI layout."
)
@click.option("--push", is_flag=True, help="Push the image to the registries that the names of -t are in.")
@click.option(
    "--insecure", metavar="HOST", multiple=True, help="A registry that may be spoken to without TLS; may be repeated."
)
@click.option("--load", is_flag=True, help="Load the image into docker or podman.")
@click.option("--digest-file", type=click.Path(path_type=Path), help="Write the image's digest to this file.")
@click.option(
    "--compression", type=click.Choice(["gzip", "zstd"]), help="zstd is smaller; engines of before 2023 lack it."
)
@platform_flag
@plan_flags
@source_flags
@talk_flags
@click.pass_obj
def command(
    around: Surroundings,
    /,
    path: Path,
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
    """
    from pottle import api

    started = time.monotonic()
    if push:
        _check_names(tags)
    here = around.host(quiet=quiet, ca_cert=ca_cert, refresh=refresh)
    options = api.read_options(path, around.environ, flags)
    product = api.build_for(path, options, api.platforms(options), here)
    names = api.references(product, tags)
    api.tag(product.target, names)
    written = [str(api.save(product.target, output, names)) for output in outputs]
    loaded = api.load(product.target, names, here) if load else None
    pushed = api.push(product.target, names, here, insecure) if push else None
    if digest_file is not None:
        api.write_digest(product.target, digest_file)
    if not quiet:
        destinations = [*written, *([f"{loaded[0]} as {loaded[1]}"] if loaded else []), *build_text.deliveries(pushed)]
        shown = build_text.text(product, time.monotonic() - started, destinations)
        click.echo(shown, err=True, color=around.colour)
    if form == "json":
        click.echo(_json(product, names, written, loaded, pushed))
    elif loaded is not None and pushed is None:
        # An engine without a containerd store knows no digest of a manifest that it has not pulled.
        click.echo(loaded[1])
    else:
        click.echo(f"{_short(names[0])}@{product.target.digest}")
    return 0


def _check_names(tags: Sequence[str]) -> None:
    if not tags:
        hint = "name it: `--push -t REGISTRY/REPOSITORY:TAG`"
        raise UsageError("there is no name to push the image under", hint=hint)


def _short(name: "Reference") -> str:
    """The name without its tag, as a person types it."""
    return replace(name, tag=None).familiar


def _json(
    product: "Product",
    names: "Sequence[Reference]",
    written: Sequence[str],
    loaded: tuple[str, str] | None,
    pushed: "Pushed | None",
) -> str:
    """One object: of one platform with that image's own members, of several with an object for each in `platforms`."""
    import json

    images = [_image(built) for built in product.builds]
    document = {
        "name": product.name,
        "references": [str(name) for name in names],
        "digest": product.target.digest,
        **(images[0] if len(images) == 1 else {"platforms": images}),
        "outputs": list(written),
        "loaded": {"engine": loaded[0], "name": loaded[1]} if loaded else None,
        "pushed": [_delivery(each) for each in (pushed.deliveries if pushed else ())],
    }
    return json.dumps(document, indent=2)


def _delivery(each: "Delivery") -> dict[str, object]:
    return {
        "references": [str(name) for name in each.names],
        "digest": each.digest,
        "unchanged": each.unchanged,
        "sent": each.sent,
        "mounted": each.mounted,
        "present": each.present,
        "sent_bytes": each.sent_bytes,
    }


def _image(built: "Built") -> dict[str, object]:
    return {
        "digest": built.image.digest,
        "config_digest": built.image.manifest.config.digest,
        "platform": built.plan.platform,
        "layers": [
            {
                "name": name,
                "digest": layer.descriptor.digest,
                "diff_id": layer.diff_id,
                "size": layer.descriptor.size,
                "unpacked_size": layer.size,
                "made": name in built.made,
            }
            for name, layer in built.layers
        ],
    }
