"""Trees of ELF files in a few words, in memory and on disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.native.elf_files import Blueprint, build

from pottle.native.elf import read
from pottle.native.tree import Binary, Distribution, Tree


def binary(path: str, *needed: str, of: str | None = None, **rest) -> Binary:
    elf = read(build(Blueprint(needed=needed, **rest)))
    assert elf is not None
    return Binary(path, elf, of)


def tree(*binaries: Binary, links: Mapping[str, str] | None = None, distributions: Sequence[Distribution] = ()) -> Tree:
    return Tree(binaries, links or {}, tuple(distributions))


def pure(name: str, *words: str) -> Distribution:
    return Distribution(name, "1.0", pure=True, words=frozenset(words))


def install(site: Path, name: str, files: Mapping[str, bytes | str], tag: str = "cp313-cp313-manylinux_2_17_x86_64"):
    """As pip does it: the files, a METADATA, a WHEEL, a RECORD."""
    info = f"{name}-1.0.dist-info"
    held = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nTag: {tag}\n",
    }
    for path, content in held.items():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    (site / info / "RECORD").write_text("".join(f"{path},,\n" for path in held))
