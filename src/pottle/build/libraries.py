"""The shared libraries that what was built here is linked with, or loads by name, and the packages that it takes to have them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.base_image import BaseImage
from pottle.errors import ProjectError
from pottle.native import elf
from pottle.oci.platform import Platform
from pottle.plan.packages import FOR_SCRIPTS
from pottle.sources.debian import control
from pottle.sources.pypi.installed import Distribution

if TYPE_CHECKING:
    from pottle.native.needs import Report, System

_MAGIC = b"\x7fELF"


def needed(distributions: Iterable[Distribution]) -> frozenset[str]:
    """The sonames that their files name (`DT_NEEDED`) and none of them brings. What is not an ELF file that can be read names none."""
    wanted, brought = set[str](), set[str]()
    for file in (file for each in distributions for file in each.files):
        with file.on_disk.open("rb") as content:
            if content.read(len(_MAGIC)) != _MAGIC:
                continue
        try:
            found = elf.read(file.on_disk.read_bytes())
        except elf.InvalidElf:
            continue
        if found is not None:
            wanted |= set(found.needed)
            brought |= {found.soname or "", file.path.rpartition("/")[2]}
    return frozenset(wanted - brought)


def system(suite: str, platform: Platform, there: Collection[str]) -> "System | None":
    """One that has these packages; None: nobody knows its suite."""
    from pottle.native.index import suites
    from pottle.native.needs import on_suite

    if suite not in {each.name for each in suites()}:
        return None
    return on_suite(suite, "arm64" if platform.debian_architecture == "arm64" else "amd64", there)


def loaded(distributions: Iterable[Distribution], on: "System", direct: Collection[str]) -> frozenset[str]:
    """The packages that they need and no `DT_NEEDED` names: by measured rows, and by Debian where their own code names the same.

    `direct` are the distributions that the project asks for.
    """
    needs = _examined(distributions, on, direct).needs
    return frozenset(each.package for each in needs if each.required and each.package and each.signal != "linked")


def check_on(image: BaseImage, found: Sequence[Distribution], direct: Collection[str]) -> tuple[str, ...]:
    """Raises `ProjectError` for what a base image lacks that they are linked with: nothing is put on it. Gives what there is to warn of.

    An image without dpkg, or of a suite that nobody knows, says nothing of its libraries.
    """
    from pottle.native.index import GLIBC, RUNTIME

    name = image.name.removeprefix("docker.io/library/")
    release = image.release if image.packages is not None else ""
    on = system(release, Platform.parse(image.platform), {*RUNTIME, *(image.packages or ())})
    if on is None:
        others = sorted(needed(found) - {*GLIBC, "libgcc_s.so.1", "libstdc++.so.6"})
        return (
            (f"what was built is linked with {', '.join(others)}, and nobody knows whether {name} has it",)
            if others
            else ()
        )
    major, minor = map(int, image.libc_version.split("."))
    told: list[str] = []
    report = _examined(found, replace(on, glibc=(major, minor)), direct)
    if report.too_old:
        old = report.too_old[0]
        what = f"the machine code of {old.of or old.file} was built for {old.symbol}, and {name} has {old.has}"
        raise ProjectError(what, hint="take a base image that is newer, or a version that has a wheel")
    lacking = [each for each in report.needs if each.required and each.package]
    for each in lacking:
        because = each.because or f"it is linked with {each.name}"
        what = f"the base image {name} does not have {each.package} ({', '.join(each.of)}: {because})"
        if each.signal == "linked":
            hint = 'install it in a base image of your own, or let pottle put a base together: `base = "debian"`'
            raise ProjectError(what, hint=hint)
        told.append(f"{what}: install it in a base image of your own")
    return tuple(told)


def _examined(distributions: Iterable[Distribution], on: "System", direct: Collection[str]) -> "Report":
    from pottle.native import folder, knowledge
    from pottle.native.needs import examine
    from pottle.native.tree import united

    prefixes = {Path(str(file.on_disk).removesuffix(file.path)) for each in distributions for file in each.files[:1]}
    words = partial(knowledge.words, on.suite)
    return examine(united(folder.collect(place, words, built=True) for place in sorted(prefixes)), on, direct)


def closure(names: Iterable[str], controls: Mapping[str, str]) -> frozenset[str]:
    """Of the packages whose control paragraphs these are: those called `names`, and all that they depend on."""
    found, pending = set[str](), list(names)
    while pending:
        name = pending.pop()
        if name in controls and name not in found and name not in FOR_SCRIPTS:
            found.add(name)
            pending += _depends(controls[name], controls)
    return frozenset(found)


def _depends(paragraph: str, there: Mapping[str, str]) -> Sequence[str]:
    """Of alternatives the first that is there; what is provided is looked for under its providers' names."""
    fields = next(control.paragraphs(paragraph), {})
    clauses = [c for field in ("Pre-Depends", "Depends") for c in control.relations(fields.get(field, ""))]
    chosen = (next((each.name for each in clause if each.name in there), None) for clause in clauses)
    return [name for name in chosen if name is not None]
