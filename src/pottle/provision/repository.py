"""Files of `pottle.lock` in a repository of a registry: each a blob, listed by the manifest of one artifact so that none is collected.

The manifest has one layer for each file, with its name as its title (image-spec, annotations.md); it is tagged by what it lists,
unless the configuration names a tag.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.errors import SourceError
from pottle.http import NotFound
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor, describe
from pottle.oci.digest import Digest
from pottle.oci.document import encode
from pottle.oci.manifest import manifest
from pottle.oci.reference import Reference
from pottle.provision.settings import Settings
from pottle.sources.http import Expected
from pottle.sources.placing import placing
from pottle.stop import together

if TYPE_CHECKING:
    from pottle.oci.registry.client import Registry

ARTIFACT = "application/vnd.pottle.debs.v1"
DEB = "application/vnd.debian.binary-package"
TITLE = "org.opencontainers.image.title"
_AT_ONCE = 4
_CHUNK = 1 << 18
_EMPTY = b"{}"
"""The config of what is no image (image-spec, manifest.md, "Guidance for an Empty Descriptor")."""


class InRepository:
    """One repository. A registry that is away is told of once, and not asked again."""

    def __init__(self, reference: Reference, settings: Settings) -> None:
        self._reference = reference
        self._settings = settings
        self._away = False

    def take(self, name: str, expected: Expected, target: Path) -> bool:
        """Place the file at `target`; False: it is not there, or the registry cannot be asked."""
        if self._away:
            return False
        blob = _descriptor(name, expected)
        try:
            with placing(target) as place:
                for chunk in self._registry.repository(self._reference).blob(blob):
                    place.write(chunk)
        except NotFound:
            return False
        except SourceError as error:
            if not self._away:
                self._away = True
                self._settings.progress.warn(f"{self._reference} is not asked for packages: {error.what}")
            return False
        return True

    def fill(self, files: Mapping[tuple[str, Expected], Path], gone: Collection[str]) -> None:  # noqa: ARG002
        """Send what is not there, and list all of it. What is listed nowhere any more is the registry's to collect."""
        layers = [_descriptor(name, expected) for name, expected in sorted(files, key=lambda file: file[0])]
        contents = {f"sha256:{expected.sha256}": path for (_, expected), path in files.items()}
        repository = self._registry.repository(self._reference, push=True)
        size = sum(layer.size for layer in layers)
        with self._settings.progress.task(f"Sending packages to {self._reference}", size) as task:

            def send(blob: Descriptor) -> None:
                repository.upload(blob, partial(_read, contents[blob.digest]))
                task.advance(blob.size)

            together([partial(send, blob) for blob in layers], self._settings.stop, _AT_ONCE)
            config = describe(_EMPTY, media_types.EMPTY)
            repository.upload(config, lambda: (_EMPTY,))
            listed = encode(manifest(config, layers, {}, artifact_type=ARTIFACT))
            repository.put(listed, media_types.MANIFEST, self._reference.tag or _tag(layers))

    def close(self) -> None:
        """Ends the connections."""
        if "_registry" in self.__dict__:
            self._registry.close()

    @cached_property
    def _registry(self) -> "Registry":
        from pottle.oci.registry.client import Registry
        from pottle.oci.registry.options import RegistryOptions

        return Registry(RegistryOptions(self._settings.environ, self._settings.ca_bundle), self._settings.stop)


def _descriptor(name: str, expected: Expected) -> Descriptor:
    kind = DEB if name.endswith(".deb") else "application/octet-stream"
    return Descriptor(kind, Digest(f"sha256:{expected.sha256}"), expected.size, annotations={TITLE: name})


def _tag(layers: list[Descriptor]) -> str:
    return f"lock-{hashlib.sha256(encode(layers)).hexdigest()[:16]}"


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            yield chunk
