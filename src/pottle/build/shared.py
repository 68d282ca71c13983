"""Layers that other machines have made: where they are kept is decided elsewhere."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from pottle.oci.layer import Layer
from pottle.oci.layout import Layout


class Shared(Protocol):
    """Knows layers by keys that say what they are made of, wherever that lies. Trouble with it is no trouble of a build."""

    @property
    def takes(self) -> bool:
        """Whether layers that were made here are wanted there."""

    def find(self, keys: Iterable[str], store: Layout) -> Mapping[str, Layer]:
        """What is known of the keys. It may be that the bytes are not in `store`, where nobody wants them here."""

    def fetch(self, layers: Mapping[str, Layer], store: Layout) -> Mapping[str, Layer]:
        """Of layers that were found those whose bytes are in `store` afterwards."""
