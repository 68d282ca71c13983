"""What each step of `optimize = "size"` takes off an image: `make bench`.

    python -m benchmarks.size_steps [--write docs/benchmarks.md]

Needs an index the first time, and no engine. The first two rows and the last are images that `pottle build` has made; those between take
the layers of the second and leave out what the step does, by pottle's own code. That all steps come to the last image is checked.
"""

import os
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from benchmarks import command, report
from benchmarks.project import checkout
from benchmarks.report import NOT_OF_WHEELS
from benchmarks.sides import Pottle, Size, emptied

from pottle.build.trim import trimmed
from pottle.oci.digest import Digest
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.plan.model import Trim, Unneeded

MARK = "size-steps"
PROJECTS = {"shop": "shop/main.py", "analysis": "main.py"}
_SITE = "opt/venv/lib/python3.13/site-packages"
_EPOCH = 315532801
_KINDS: tuple[Unneeded, ...] = get_args(Unneeded)
_TITLES: Mapping[Unneeded, str] = {
    "tests": "tests",
    "sources": "headers and sources",
    "stubs": "stubs",
    "symbols": "symbols",
}
Steps = Sequence[tuple[str, Size]]


def measured(pottle: Pottle, directory: Path, scratch: Path) -> Steps:
    """The whole image after each step."""
    small = ("--optimize=size",)
    whole = Pottle(pottle.cache, {**pottle.environ, "POTTLE_KEEP": "*"})
    layers, digests = whole.layers(directory, *small), whole.digests(directory, *small)
    store = Layout.open(pottle.cache / "store")
    of_wheels = [name for name in layers if name not in NOT_OF_WHEELS]
    entries = {name: list(_entries(store, digests[name], scratch / name)) for name in of_wheels}
    rest = _sum([size for name, size in layers.items() if name in NOT_OF_WHEELS])
    steps = [('`"speed"`', _sum(pottle.layers(directory).values())), ("bytecode", _sum(layers.values()))]
    for number, kind in enumerate(_KINDS, 1):
        step = Trim(into="/opt/venv", without=_KINDS[:number])
        left = [_size(entries[name], step, scratch / f"{number}-{name}") for name in of_wheels]
        steps.append((_TITLES[kind], _sum([rest, *left])))
    if steps[-1][1] != (built := _sum(pottle.layers(directory, *small).values())):
        raise SystemExit(f"the steps come to {steps[-1][1]}, and a build to {built}")
    return steps


def _entries(store: Layout, digest: str, into: Path) -> Iterator[Entry]:
    """What is in a layer, its files on the disk."""
    into.mkdir(parents=True)
    with store.open_blob(Digest(digest)) as blob, tarfile.open(fileobj=blob) as tar:
        for number, member in enumerate(tar):
            if member.isdir():
                yield Directory(member.name, member.mode)
            elif member.issym():
                yield Symlink(member.name, member.linkname)
            elif (content := tar.extractfile(member)) is not None:
                (into / str(number)).write_bytes(content.read())
                yield File(member.name, into / str(number), member.mode)


def _size(entries: Sequence[Entry], step: Trim, scratch: Path) -> Size:
    """Of the layer without what the step leaves out; directories are those of the files that are left."""
    files = [entry for entry in entries if not isinstance(entry, Directory)]
    layer = write_layer(trimmed(files, _SITE, step, scratch / "work"), Layout.create(scratch / "store"), mtime=_EPOCH)
    return Size(layer.size, layer.descriptor.size)


def _sum(sizes: Sequence[Size]) -> Size:
    return Size(sum(each.unpacked for each in sizes), sum(each.compressed for each in sizes))


def text(results: Mapping[str, Steps], where: str) -> str:
    """A table for each project: ratios to the image that is fast."""
    head = ("without", "on disk", "compressed", "on disk, less", "compressed, less", "on disk", "compressed")
    blocks = [where]
    for project, steps in results.items():
        first, rows, before = steps[0][1], [], steps[0][1]
        for title, size in steps:
            ratios = (f"**{size.unpacked / first.unpacked:.2f}**", f"**{size.compressed / first.compressed:.2f}**")
            less = (before.unpacked - size.unpacked, before.compressed - size.compressed)
            sizes = (size.unpacked, size.compressed)
            rows.append((title, *ratios, *(f"{each / 1e6:.1f} MB" for each in (*less, *sizes))))
            before = size
        blocks += [f"`{project}`:", report.table(head, rows)]
    return "\n\n".join(blocks) + "\n"


def main() -> int:
    def measure(scratch: Path, runs: int) -> dict[str, Steps]:  # noqa: ARG001 - sizes do not vary
        pottle = emptied(os.environ, scratch)
        projects = {name: checkout(name, scratch, os.environ, edited=edited) for name, edited in PROJECTS.items()}
        return {name: measured(pottle, each.directory, scratch / f"of-{name}") for name, each in projects.items()}

    return command.run(__doc__, MARK, measure, lambda results, *_: text(results, report.built()))


if __name__ == "__main__":
    sys.exit(main())
