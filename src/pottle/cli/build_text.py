"""What a build made, as a person reads it: a line for each layer, a column for each platform."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_MOST = 5
"""Layers of wheels that have a line each, where more were made."""


@dataclass(frozen=True)
class _Row:
    """One layer, or several of wheels, on each platform; the platforms' parts may be none."""

    label: str
    parts: "Sequence[Sequence[Layer]]"
    how: str
    """made, shared or unchanged."""


def text(delivered: "Delivered", seconds: float) -> str:
    """What each layer weighs, unpacked and compressed, which had to be made, and where the image is."""
    product, destinations = delivered.product, _destinations(delivered)
    rows = list(_rows(product.builds))
    names = max(12, *(len(row.label) for row in rows))
    lines = []
    if len(product.builds) > 1:
        lines.append(" " * (names + 2) + "".join(f"{built.plan.platform:>{_WIDTH}}" for built in product.builds))
    if any(built.plan.base_image for built in product.builds):
        lines.append(_base_images(product.builds, names))
    lines += [_line(row, names) for row in rows]
    where = f" → {', '.join(destinations)}" if destinations else ""
    lines += [_total(built) for built in product.builds[:-1]]
    lines.append(f"{_total(product.builds[-1])}, {seconds:.2f} s{where}")
    return "\n".join(lines)


def _base_images(builds: "Sequence[Built]", names: int) -> str:
    """What lies below all layers of ours."""
    weights = [_below(built) for built in builds]
    cells = [f" {megabytes(unpacked):>9} {megabytes(compressed):>9}" for unpacked, compressed in weights]
    return f"  {'base image':<{names}}{''.join(cells)}  {click.style('as it is', dim=True)}"


def _below(built: "Built") -> tuple[int, int]:
    """What the base image weighs, unpacked and compressed; nothing where there is none."""
    image = built.plan.base_image
    return (image.unpacked, sum(layer.size for layer in image.layers)) if image is not None else (0, 0)


def _rows(builds: "Sequence[Built]") -> Iterator[_Row]:
    """A layer each, but of wheels only those that were made, and of these the heaviest; the others together."""
    names = dict.fromkeys(name for built in builds for name, _ in built.layers)
    wheels = [name for name in names if any(_is_of_wheels(name, built) for built in builds)]
    made = [name for name in wheels if _how(name, builds) == "made"]
    shown = sorted(made, key=lambda name: -_heaviest(name, builds))[: _MOST if len(made) > _MOST + 1 else None]
    for name in names:
        if name not in wheels:
            yield _row([name], name, builds)
        elif name == wheels[0]:
            for how in ("unchanged", "shared"):
                yield from _together([each for each in wheels if _how(each, builds) == how], "of wheels", builds)
            yield from (_row([each], each, builds) for each in wheels if each in shown)
            yield from _together([each for each in made if each not in shown], "more of wheels", builds)


def _together(names: Sequence[str], what: str, builds: "Sequence[Built]") -> Iterator[_Row]:
    if names:
        yield _row(names, names[0] if len(names) == 1 else f"{len(names)} {what}", builds)


def _row(names: Sequence[str], label: str, builds: "Sequence[Built]") -> _Row:
    parts = [[layer for name, layer in built.layers if name in names] for built in builds]
    return _Row(label, parts, _how(names[0], builds))


def _how(name: str, builds: "Sequence[Built]") -> str:
    if any(name in built.made for built in builds):
        return "made"
    return "shared" if any(name in built.shared for built in builds) else "unchanged"


def _is_of_wheels(name: str, built: "Built") -> bool:
    from pottle.plan.model import InstallWheels

    steps = (step for layer in built.plan.layers if layer.name == name for step in layer.steps)
    return any(isinstance(step, InstallWheels) for step in steps)


def _heaviest(name: str, builds: "Sequence[Built]") -> int:
    return max(layer.descriptor.size for built in builds for each, layer in built.layers if each == name)


def _line(row: _Row, names: int) -> str:
    cells = [_weight(part, row.parts[:number]) for number, part in enumerate(row.parts)]
    mark = click.style(row.how, dim=row.how != "made")
    return f"  {row.label:<{names}}{''.join(cells)}  {mark}"


def _weight(part: "Sequence[Layer]", before: "Sequence[Sequence[Layer]]") -> str:
    """The weights; where another platform's are the very same layers, that."""
    if not part:
        return " " * _WIDTH
    if part in before:
        return f"{'the same':>{_WIDTH}}"
    unpacked, compressed = (
        sum(sizes) for sizes in zip(*((each.size, each.descriptor.size) for each in part), strict=True)
    )
    return f" {megabytes(unpacked):>9} {megabytes(compressed):>9}"


def _total(built: "Built") -> str:
    unpacked, compressed = _below(built)
    unpacked += sum(layer.size for _, layer in built.layers)
    compressed += sum(layer.descriptor.size for _, layer in built.layers)
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
