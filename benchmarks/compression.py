"""zstd beside gzip, on the layers of a real image: `make bench`.

    python -m benchmarks.compression [--runs N] [--write docs/benchmarks.md]

Needs an index the first time, and no engine. Seconds are of the processor: other load hardly moves them.
"""

import io
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from benchmarks import command, report
from benchmarks.project import checkout
from benchmarks.report import NOT_OF_WHEELS
from benchmarks.sides import emptied

from pottle.oci.compression import Compression, compressed, decompressed
from pottle.oci.digest import Digest
from pottle.oci.layout import Layout

MARK = "compression"


@dataclass(frozen=True)
class Side:
    """One compression of one layer."""

    size: int
    packing: tuple[float, ...]
    unpacking: tuple[float, ...]


def measured(tar: bytes, runs: int) -> dict[str, Side]:
    """Each compression once, then each once more …"""
    found: dict[str, list[tuple[float, float, int]]] = {how: [] for how in get_args(Compression)}
    for _ in range(runs):
        for how, taken in found.items():
            packed, packing = _timed(lambda how=how: compressed([tar], how, workers=1))
            _, unpacking = _timed(lambda packed=packed: decompressed(io.BytesIO(packed)))
            taken.append((packing, unpacking, len(packed)))
    return {how: Side(t[0][2], tuple(p for p, _, _ in t), tuple(u for _, u, _ in t)) for how, t in found.items()}


def _timed(work: Callable[[], Iterable[bytes]]) -> tuple[bytes, float]:
    began = time.process_time()
    made = b"".join(work())
    return made, time.process_time() - began


def text(results: Mapping[str, Mapping[str, Side]], where: str) -> str:
    """The table: ratios, zstd's to gzip's."""
    head = ("layer", "size", "time to compress", "time to decompress", "gzip", "zstd")
    rows = [
        (
            name,
            f"**{zstd.size / gzip.size:.2f}**",
            f"**{_ratio(zstd.packing, gzip.packing):.1f}**",
            f"**{_ratio(zstd.unpacking, gzip.unpacking):.1f}**",
            *(f"{side.size / 1e6:.1f} MB, {statistics.median(side.packing):.2f} s" for side in (gzip, zstd)),
        )
        for name, (gzip, zstd) in ((name, (sides["gzip"], sides["zstd"])) for name, sides in results.items())
    ]
    return f"{where}\n\n{report.table(head, rows)}\n"


def _ratio(ours: Iterable[float], other: Iterable[float]) -> float:
    return statistics.median(ours) / statistics.median(other)


def main() -> int:
    def measure(scratch: Path, runs: int) -> dict[str, dict[str, Side]]:
        pottle = emptied(os.environ, scratch)
        digests = pottle.digests(checkout("shop", scratch, os.environ, edited="shop/main.py").directory)
        store = Layout.open(pottle.cache / "store")
        wheels = [digest for name, digest in digests.items() if name not in NOT_OF_WHEELS]
        tars = {"interpreter": [digests["interpreter"]], "environment": wheels}
        return {name: measured(b"".join(_tar(store, each) for each in some), runs) for name, some in tars.items()}

    return command.run(__doc__, MARK, measure, lambda results, runs, _: text(results, report.machine(runs)))


def _tar(store: Layout, digest: str) -> bytes:
    with store.open_blob(Digest(digest)) as blob:
        return b"".join(decompressed(blob))


if __name__ == "__main__":
    sys.exit(main())
