"""What a build made, as a person reads it: a line for each layer, a column for each platform."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pottle.api import Product
    from pottle.build.builder import Built
    from pottle.oci.layer import Layer
    from pottle.oci.registry.push import Delivery, Pushed

_WIDTH = 20
"""Columns for the two weights of a layer."""


def text(product: "Product", seconds: float, destinations: Sequence[str]) -> str:
    """What each layer weighs, unpacked and compressed, and which had to be made."""
    lines = []
    if len(product.builds) > 1:
        lines.append(" " * 14 + "".join(f"{built.plan.platform:>{_WIDTH}}" for built in product.builds))
    names = dict.fromkeys(name for built in product.builds for name, _ in built.layers)
    lines += [_layer(name, product.builds) for name in names]
    where = f" → {', '.join(destinations)}" if destinations else ""
    lines += [_total(built) for built in product.builds[:-1]]
    lines.append(f"{_total(product.builds[-1])}, {seconds:.2f} s{where}")
    return "\n".join(lines)


def _layer(name: str, builds: "Sequence[Built]") -> str:
    layers = [dict(built.layers).get(name) for built in builds]
    cells = [_weight(layer, layers[:number]) for number, layer in enumerate(layers)]
    made = any(name in built.made for built in builds)
    return f"  {name:<12}{''.join(cells)}  {click.style('made' if made else 'unchanged', dim=not made)}"


def _weight(layer: "Layer | None", before: "Sequence[Layer | None]") -> str:
    """The weights; where another platform's is the very same layer, that."""
    if layer is None:
        return " " * _WIDTH
    if layer in before:
        return f"{'the same':>{_WIDTH}}"
    return f" {megabytes(layer.size):>9} {megabytes(layer.descriptor.size):>9}"


def _total(built: "Built") -> str:
    unpacked = sum(layer.size for _, layer in built.layers)
    compressed = sum(layer.descriptor.size for _, layer in built.layers)
    title = f"{built.plan.name} for {built.plan.platform}"
    return f"{title}: {megabytes(unpacked)} unpacked, {megabytes(compressed)} compressed"


def deliveries(pushed: "Pushed | None") -> list[str]:
    """Where the image was pushed to, and what had to be sent for that."""
    return [
        f"{', '.join(name.familiar for name in each.names)} ({_delivery(each)})"
        for each in (pushed.deliveries if pushed else ())
    ]


def _delivery(delivery: "Delivery") -> str:
    if delivery.unchanged:
        return "was there already"
    parts = (("mounted", delivery.mounted), ("there already", delivery.present))
    return ", ".join([f"{megabytes(delivery.sent_bytes)} sent", *(f"{n} blobs {how}" for how, n in parts if n)])


def megabytes(size: int) -> str:
    """`10.3 MB`"""
    return f"{size / 1e6:.1f} MB"
