"""Base images: a name becomes a digest, a digest what is known of its image, which the cache keeps for ever."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pottle.base_image import BaseImage, decode, encode
from pottle.config.options import Options
from pottle.oci.digest import Digest
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.plan import base_images
from pottle.project.facts import Facts, PinnedBaseImage
from pottle.provision.settings import Settings
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.oci.registry.client import Registry

_RECIPE = "1"
"""Counts what is looked for in an image: what an older pottle found is not taken for all of it."""


class _Remembered(msgspec.Struct, frozen=True):
    """What a name stood for."""

    top: str
    """Digest of the manifest or of the index."""
    manifest: str
    """Of the image for the platform."""
    at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class BaseImages:
    """All that a machine knows of base images, and the registries that it learns more from."""

    settings: Settings
    registry: "Registry"

    def known(self, name: Reference, platform: Platform) -> BaseImage | None:
        """What the name stood for when somebody last looked, and what that is: nobody is asked."""
        remembered = self._remembered(name, platform)
        return self._kept(name, Digest(remembered.manifest), remembered) if remembered else None

    def look(self, name: Reference, platform: Platform) -> BaseImage:
        """What the name stands for now; its registry is asked unless it was a short while ago. Looks into each image once."""
        remembered = self._remembered(name, platform)
        if remembered is not None and (name.digest or self._is_fresh(remembered)):
            kept = self._kept(name, Digest(remembered.manifest), remembered)
            if kept is not None:
                return kept
        return self._looked(name, platform, remembered)

    def _looked(self, name: Reference, platform: Platform, before: _Remembered | None) -> BaseImage:
        from pottle.oci.registry.pull import pull

        with self.settings.progress.task(f"Asking for {name.familiar}"):
            top = self.registry.repository(name).resolve().digest
            if before is not None and before.top == top and (kept := self._kept(name, Digest(before.manifest), before)):
                self._write(self._name(name, platform), msgspec.json.encode(self._now(before)))
                return kept
            store = Layout.create(self.settings.cache / "store")
            image = pull(replace(name, digest=top), platform, self.registry, store)
        remembered = self._now(_Remembered(str(top), str(image.digest), 0))
        if self._kept(name, image.digest, remembered) is None:
            self._write(self._facts(image.digest), encode(self._inspected(image, name)))
        self._write(self._name(name, platform), msgspec.json.encode(remembered))
        found = self._kept(name, image.digest, remembered)
        assert found is not None, "it was just written"
        return found

    def _inspected(self, image: Image, name: Reference) -> BaseImage:
        """The layers are fetched into the store, so that whoever unpacks the image later need not fetch them again."""
        from pottle.oci.registry.pull import fetch_layers
        from pottle.sources.image.inspection import check, inspect

        check(image, name)
        fetch_layers(image, name, self.registry, progress=self.settings.progress)
        with self.settings.progress.task(f"Looking into {name.familiar}"):
            return inspect(image, name, self.settings.stop)

    def _now(self, remembered: _Remembered) -> _Remembered:
        return msgspec.structs.replace(remembered, at=self.settings.clock().timestamp())

    def _is_fresh(self, remembered: _Remembered) -> bool:
        at = datetime.fromtimestamp(remembered.at, self.settings.clock().tzinfo)
        return self.settings.clock() - at < self.settings.max_age

    # --- what is kept -------------------------------------------------------------------------------

    def _kept(self, name: Reference, digest: Digest, remembered: _Remembered) -> BaseImage | None:
        """By its digest, whatever name it was found under."""
        try:
            image = decode(self._facts(digest).read_bytes())
        except (OSError, ValueError):
            return None
        index = remembered.top if remembered.top != remembered.manifest else None
        return msgspec.structs.replace(image, name=str(name), index=index)

    def _remembered(self, name: Reference, platform: Platform) -> _Remembered | None:
        try:
            found = msgspec.json.decode(self._name(name, platform).read_bytes(), type=_Remembered)
            Digest(found.manifest), Digest(found.top)
        except (OSError, ValueError):
            return None
        return found

    def _facts(self, digest: Digest) -> Path:
        return self._place / f"{digest.hex}.json"

    def _name(self, name: Reference, platform: Platform) -> Path:
        key = hashlib.sha256(f"{name}\0{platform}".encode()).hexdigest()
        return self._place / "names" / f"{key}.json"

    @property
    def _place(self) -> Path:
        return self.settings.cache / "base-images" / _RECIPE

    def _write(self, path: Path, content: bytes) -> None:
        from pottle.writing import replacing

        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(content)


# --- what a project wants -------------------------------------------------------------------------


def informed(facts: Facts, options: Options, platforms: Sequence[Platform], images: BaseImages, *, ask: bool) -> Facts:
    """The facts with what is known of the base image that the configuration names, for each platform; nobody is asked unless `ask`.

    What `pottle.lock` says of it stays as it is.
    """
    name = base_images.reference(options)
    for platform in platforms if name is not None else ():
        assert name is not None
        if base_images.known(name, platform, facts.base_images) is None:
            found = images.look(name, platform) if ask and not options.locked else images.known(name, platform)
            facts = _with(facts, found) if found is not None else facts
    return facts


def pinned(
    facts: Facts, options: Options, platforms: Sequence[Platform], images: BaseImages, *, upgrade: bool
) -> Facts:
    """The facts with the base image as `pottle.lock` is to keep it: as it is kept already, unless `upgrade` takes what its name stands for now.

    Of other base images nothing is kept.
    """
    name = base_images.reference(options)
    kept = tuple(each for each in facts.base_images if name is not None and each.image.name == str(name))
    facts = replace(facts, base_images=kept)
    for platform in platforms if name is not None else ():
        assert name is not None
        there = any(each.image.platform == str(platform) for each in kept)
        if upgrade or not there:
            facts = _with(facts, images.look(name, platform))
    return facts


def _with(facts: Facts, image: BaseImage) -> Facts:
    others = (
        each for each in facts.base_images if (each.image.name, each.image.platform) != (image.name, image.platform)
    )
    found = PinnedBaseImage(image, Location(base_images.PATH), written=False)
    return replace(facts, base_images=(*others, found))
