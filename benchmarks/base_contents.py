"""What the base of each suite is made of: what every rule of `pottle.build.base.filters` leaves out, and what weighs most of the rest.

    python benchmarks/base_contents.py trixie bookworm --architecture arm64

Sizes are of the files as they lie in the packages, in KiB; bytecode, which is made later, is not counted.
"""

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from pottle import api
from pottle.build.base.filters import RULES, Rule, deciding
from pottle.build.base.usrmerge import merged
from pottle.config.options import Options
from pottle.oci.entry import Entry, File
from pottle.oci.platform import Platform
from pottle.plan.bases import BASES
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings
from pottle.provision.supplies import Supplies

LONGEST_PATTERN = 72

Variant: TypeAlias = Literal["default", "debug"]


@dataclass
class Contents:
    """What the packages of one base hold."""

    hits: Counter[Rule] = field(default_factory=Counter)
    saved: Counter[Rule] = field(default_factory=Counter)
    packages: Counter[str] = field(default_factory=Counter)
    directories: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)

    def add(self, package: str, entry: Entry) -> None:
        """Count a file, or a directory: those weigh nothing."""
        path, size = entry.path, entry.size if isinstance(entry, File) else 0
        rule = deciding(path)
        if rule is not None:
            self.hits[rule] += 1
            self.saved[rule] += size
        if isinstance(entry, File) and (rule is None or rule.keep):
            self.packages[package] += size
            self.files[path] += size
            for directory in above(path):
                self.directories[directory] += size


def above(path: str) -> Iterator[str]:
    """The directories that a path lies in."""
    while path := path.rpartition("/")[0]:
        yield path


def contents(suite: str, platform: Platform, host: api.Host, variant: Variant = "default") -> Contents:
    """What the base of a project without dependencies is made of."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        (root / "main.py").write_text("")
        options = Options(base=suite, variant=variant, allow_expired=(suite,))
        locked = api.lock(root, api.plan(root, options, platform), options, host)
    settings = Settings(host.cache, host.environ, root, host.progress, host.clock, host.max_age)
    supplies = Supplies(locked, Archives(settings), settings)
    found = Contents()
    for _, packages in locked.packages:
        for package, deb in zip(packages, supplies.packages(packages), strict=True):
            for entry in merged(deb.entries()):
                found.add(package.name, entry)
    return found


def show_rules(found: Mapping[str, Contents]) -> None:
    """A line for every rule: KiB and files in each suite."""
    print("".join(f"{suite:>16}" for suite in found), " rule")
    for rule in RULES:
        cells = "".join(f"{c.saved[rule] / 1024:9.1f} {c.hits[rule]:6}" for c in found.values())
        print(cells, "keep" if rule.keep else "drop", rule.pattern[:LONGEST_PATTERN])


def show_largest(what: str, sizes: Counter[str], count: int) -> None:
    """The heaviest of something."""
    print(f"\n{what}")
    for name, size in sizes.most_common(count):
        print(f"{size / 1024:10.1f} {name}")


def parsed(arguments: Sequence[str] | None, suites: Iterable[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", default=list(suites), metavar="SUITE")
    parser.add_argument("--architecture", default="amd64")
    parser.add_argument("--variant", choices=("default", "debug"), default="default")
    parser.add_argument("--largest", type=int, default=40, help="how many packages, directories and files are listed")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "pottle")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    options = parsed(arguments, (base.suite for base in BASES))
    host = api.Host(options.cache, os.environ)
    platform = Platform.parse(f"linux/{options.architecture}")
    found = {suite: contents(suite, platform, host, options.variant) for suite in options.suites}
    show_rules(found)
    for suite, of_suite in found.items():
        print(f"\n== {suite}: {sum(of_suite.files.values()) / 1024:.0f} KiB")
        show_largest("packages", of_suite.packages, options.largest)
        show_largest("directories", of_suite.directories, options.largest)
        show_largest("files", of_suite.files, options.largest)


if __name__ == "__main__":
    main()
