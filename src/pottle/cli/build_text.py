"""What a build made, as a person reads it: a line for each layer, a column for each platform."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pottle.errors import NothingToRun

if TYPE_CHECKING:
    from pottle.api import Outcome
    from pottle.build.builder import Built
    from pottle.cli.deliveries import Delivered
    from pottle.oci.layer import Layer
    from pottle.oci.registry.push import Delivery

_WIDTH = 20
"""Columns for the two weights of a layer."""


def text(delivered: "Delivered", seconds: float) -> str:
    """What each layer weighs, unpacked and compressed, which had to be made, and where the image is."""
    product, destinations = delivered.product, _destinations(delivered)
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
    how = "made" if made else "shared" if any(name in built.shared for built in builds) else "unchanged"
    return f"  {name:<12}{''.join(cells)}  {click.style(how, dim=not made)}"


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


def _destinations(delivered: "Delivered") -> list[str]:
    """Where it went, and what had to be sent for that."""
    loaded, pushed = delivered.loaded, delivered.pushed
    return [
        *delivered.written,
        *([f"{loaded[0]} as {loaded[1]}"] if loaded else []),
        *(
            f"{', '.join(name.familiar for name in each.names)} ({_delivery(each)})"
            for each in (pushed.deliveries if pushed else ())
        ),
    ]


def _delivery(delivery: "Delivery") -> str:
    if delivery.unchanged:
        return "was there already"
    parts = (("mounted", delivery.mounted), ("there already", delivery.present))
    return ", ".join([f"{megabytes(delivery.sent_bytes)} sent", *(f"{n} blobs {how}" for how, n in parts if n)])


def table(outcomes: "Sequence[Outcome[Delivered]]", seconds: float) -> str:
    """The projects of a repository, a line for each."""
    width = max((len(outcome.directory) for outcome in outcomes), default=0)
    lines = [f"  {outcome.directory:<{width}}  {_outcome(outcome)}" for outcome in outcomes]
    built = sum(outcome.value is not None for outcome in outcomes)
    failed = sum(outcome.error is not None and not isinstance(outcome.error, NothingToRun) for outcome in outcomes)
    told = f"{built} built" + (f", {failed} failed" if failed else "")
    return "\n".join([*lines, f"{told}, {seconds:.2f} s"])


def _outcome(outcome: "Outcome[Delivered]") -> str:
    if outcome.value is None:
        if isinstance(outcome.error, NothingToRun):
            return click.style("a library: nothing in it is run", dim=True)
        return click.style("failed", fg="red", bold=True)
    delivered = outcome.value
    builds = delivered.product.builds
    weights = ", ".join(
        f"{megabytes(sum(layer.descriptor.size for _, layer in built.layers))} for {built.plan.platform}"
        for built in builds
    )
    made = [name for name, _ in builds[0].layers if any(name in built.made for built in builds)]
    where = f" → {', '.join(found)}" if (found := _destinations(delivered)) else ""
    what = f"made {' '.join(made)}" if made else "unchanged"
    return f"{delivered.product.name}: {weights}, {what}{where}"


def document(outcome: "Outcome[Delivered]") -> dict[str, object]:
    """The same as an object."""
    built = outcome.value.document if outcome.value is not None else None
    error = outcome.error
    told = {"what": error.what, "hint": error.hint, "exit_code": error.exit_code} if error is not None else None
    return {"directory": outcome.directory, "built": built, "error": told}


def megabytes(size: int) -> str:
    """`10.3 MB`"""
    return f"{size / 1e6:.1f} MB"
