"""The shared libraries that what was built here is linked with, or loads by name, and the packages that it takes to have them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from pottle.native import elf
from pottle.plan.packages import FOR_SCRIPTS
from pottle.sources.debian import control
from pottle.sources.pypi.installed import Distribution

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


def loaded(
    distributions: Iterable[Distribution],
    suite: str,
    architecture: str,
    there: Collection[str],
    direct: Collection[str],
) -> frozenset[str]:
    """The packages that they need and no `DT_NEEDED` names: by measured rows, and by Debian where their own code names the same.

    `there` are the image's packages, `direct` the distributions that the project asks for. Of a suite that nobody knows: none.
    """
    from pottle.native import folder, index, knowledge
    from pottle.native.needs import examine, on_suite
    from pottle.native.tree import united

    if suite not in {each.name for each in index.suites()}:
        return frozenset()
    prefixes = {Path(str(file.on_disk).removesuffix(file.path)) for each in distributions for file in each.files[:1]}
    trees = (folder.collect(place, lambda name: knowledge.words(suite, name), built=True) for place in sorted(prefixes))
    system = on_suite(suite, "arm64" if architecture == "arm64" else "amd64", there)
    needs = examine(united(trees), system, direct).needs
    return frozenset(each.package for each in needs if each.required and each.package and each.signal != "linked")


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
