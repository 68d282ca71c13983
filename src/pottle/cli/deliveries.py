"""Where `pottle build` puts an image, and what it says of that: its names, its outputs, as a document."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pottle import api
from pottle.errors import UsageError

if TYPE_CHECKING:
    from pottle.build.builder import Built
    from pottle.oci.reference import Reference
    from pottle.oci.registry.ahead import Ahead
    from pottle.oci.registry.push import Delivery, Pushed

NAME = "{name}"
"""Stands for the project's name in whatever is to be called or written."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says about it."""

    tags: Sequence[str]
    outputs: Sequence[str]
    digest_file: Path | None
    load: bool
    push: bool
    insecure: Sequence[str]

    def check(self) -> None:
        """Raises `UsageError` for what can be seen to be wrong before anything is built."""
        if self.push and not self.tags:
            hint = "name it: `--push -t REGISTRY/REPOSITORY:TAG`"
            raise UsageError("there is no name to push the image under", hint=hint)
        for tag in self.tags if self.push else ():
            if (name := api.reference(tag.replace(NAME, "name"))).digest is not None:
                what = f"{tag} has a digest, and an image's digest follows from what is in it"
                raise UsageError(what, hint=f"write `-t {replace(name, digest=None).familiar}`")
        for output in self.outputs:
            api.check_output(output)

    def check_for(self, names: Sequence[str]) -> None:
        """The same for several projects: each must get a place of its own."""
        given = (*self.tags, *self.outputs, *([str(self.digest_file)] if self.digest_file else ()))
        if len(names) > 1 and (same := [each for each in given if NAME not in each]):
            hint = f"write {NAME} where the project's name belongs: `-t registry.example/team/{NAME}:1.2`"
            raise UsageError(f"{same[0]} would be the same for {len(names)} projects", hint=hint)
        if twice := [name for name in names if names.count(name) > 1]:
            hint = "give each a name of its own under [project]"
            raise UsageError(f"{len(twice)} projects are called {twice[0]}", hint=hint)

    @property
    def bytes_wanted(self) -> bool:
        """Whether the layers themselves have to be here: what is only pushed need not."""
        return not self.push or bool(self.outputs) or self.load

    def ahead(self, host: api.Host) -> "AbstractContextManager[Ahead | None]":
        """Begins to push while the image is built, if its first name is known by then."""
        if not self.push or NAME in self.tags[0]:
            return nullcontext()
        return api.pushing_ahead(api.reference(self.tags[0]), host, self.insecure)

    def fulfil(self, product: api.Product, host: api.Host, ahead: "Ahead | None" = None) -> "Delivered":
        """Name the image, write it, load it, push it."""
        names = api.references(product, [tag.replace(NAME, product.name) for tag in self.tags])
        if not product.origins:  # else its layers are nowhere but where it is pushed to
            api.tag(product.target, names)
        written = [api.save(product.target, output.replace(NAME, product.name), names, host) for output in self.outputs]
        loaded = api.load(product.target, names, host) if self.load else None
        pushed = None
        if self.push:
            product, pushed = api.push_product(product, names, host, self.insecure, ahead)
        if product.origins:
            api.tag(product.target, names)
        if product.shared is not None:
            api.share(product, product.shared, names if self.push else ())
        if self.digest_file is not None:
            api.write_digest(product.target, Path(str(self.digest_file).replace(NAME, product.name)))
        return Delivered(product, names, tuple(map(str, written)), loaded, pushed)


@dataclass(frozen=True, slots=True)
class Delivered:
    """An image, and where it is now."""

    product: api.Product
    names: "tuple[Reference, ...]"
    written: tuple[str, ...]
    loaded: tuple[str, str] | None
    """The engine, and the name that it runs it by."""
    pushed: "Pushed | None"

    @property
    def result(self) -> str:
        """What can be run or pulled: `NAME@DIGEST`, or where it was only loaded, the engine's own name for it.

        An engine without a containerd store knows no digest of a manifest that it has not pulled.
        """
        if self.loaded is not None and self.pushed is None:
            return self.loaded[1]
        return f"{replace(self.names[0], tag=None).familiar}@{self.product.target.digest}"

    @property
    def document(self) -> dict[str, object]:
        """docs/reference/build.md: one platform has its image's own members, several have an object for each."""
        images = [_image(built) for built in self.product.builds]
        return {
            "name": self.product.name,
            "references": [str(name) for name in self.names],
            "digest": self.product.target.digest,
            **(images[0] if len(images) == 1 else {"platforms": images}),
            "outputs": list(self.written),
            "loaded": {"engine": self.loaded[0], "name": self.loaded[1]} if self.loaded else None,
            "pushed": [_delivery(each) for each in (self.pushed.deliveries if self.pushed else ())],
        }


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
                "shared": name in built.shared,
            }
            for name, layer in built.layers
        ],
    }
