"""What pottle finds out by itself about the libraries and programs that distributions need: imported and used in its own image, with and without.

    python -m benchmarks.native_needs [NAME …] [--results FILE] [--again] [--write docs/native-needs.md]

`native_needs.toml` has a row for each distribution. Of each a project of two files is made that depends on it and uses it, `pottle lock` and `pottle build` make its image,
and the image's command is run in a sandbox, as nobody: as it is; without the packages that pottle chose; and without each of them, to see which are needed. A line for each
distribution is appended to FILE, and those that are in it already are not measured again. It takes hours, and the network.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from benchmarks import report
from benchmarks.command import say
from benchmarks.measure import call
from benchmarks.removable import Removable, least
from benchmarks.sides import Pottle

MARK = "native-needs"
ROWS = Path(__file__).with_suffix(".toml")
PYTHON = "3.13"
PATIENCE = 300.0
"""Seconds that a use may take."""
_GPU_DRIVER = re.compile(r"(?:lib)?(?:nvidia|cuda|xserver-xorg-video-nvidia).*")
DISPLAY = ":97"
FAST = {"optimize": "size", "compression": "zstd"}
"""No bytecode, and less to compress: what the image needs does not depend on it."""
KEPT = 2_000_000_000
"""Bytes of downloads, and of layers, that are kept for the next distribution."""

Known = Literal["nothing", "optional", "fails"]
"""On Debian's slim image, measured beforehand: it works; it works, and some of its machine code finds a library missing; import or use fails."""


@dataclass(frozen=True)
class Row:
    """A distribution, and what is known of it."""

    name: str
    known: Known
    use: str
    """Python: imports it, and has its native part do something."""
    packages: tuple[str, ...] = ()
    """Without any of these it fails on Debian's slim image."""
    beside: tuple[str, ...] = ()
    """Further requirements of the use."""
    unverifiable: str = ""
    """Why the use cannot be tried here."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """What the project says to pottle, where it cannot do without."""
    screen: bool = False
    """The use wants an X server, which runs beside it."""


@dataclass(frozen=True)
class Outcome:
    """What was measured of it."""

    name: str
    date: str
    commit: str
    version: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """Debian packages that the image would not have otherwise, and the reason that pottle gives."""
    comes_to: tuple[str, ...] = ()
    """With all that they depend on."""
    image: str = ""
    """Why there is none."""
    without: str = ""
    """How the use fails without these packages; empty: it does not."""
    within: str = ""
    """How it fails with them; empty: it works."""
    needed: tuple[str, ...] = ()
    """Those without which it fails."""
    seconds: float = 0.0


_SCREEN = Row(
    name="screen",
    known="optional",
    use="print()",
    settings={
        "packages": ["xvfb", "x11-xkb-utils", "dash"],
        "command": ["Xvfb", DISPLAY, "-screen", "0", "640x480x24", "-nolisten", "tcp", "-ac"],
    },
)
"""Xvfb; it has a shell run xkbcomp."""


def rows() -> dict[str, Row]:
    """All of `native_needs.toml`, by name."""
    lists = ("packages", "beside")
    document = tomllib.loads(ROWS.read_text())
    return {
        name: Row(name=name, **{key: tuple(value) if key in lists else value for key, value in table.items()})
        for name, table in document.items()
    }


# --- measuring ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Laboratory:
    """Where distributions are tried, one after the other."""

    pottle: Pottle
    scratch: Path
    commit: str

    def measure(self, row: Row) -> Outcome:
        """Its image, used with and without what was chosen."""
        began = time.monotonic()
        found = Outcome(name=row.name, date=f"{datetime.now(UTC):%Y-%m-%d}", commit=self.commit)
        with (
            tempfile.TemporaryDirectory(prefix="row-", dir=self.scratch) as directory,
            self._screen(Path(directory)) if row.screen else nullcontext(),
        ):
            fields = self._tried(row, Path(directory))
        return Outcome(**{**asdict(found), **fields, "seconds": round(time.monotonic() - began, 1)})

    def _tried(self, row: Row, directory: Path) -> Mapping[str, object]:
        project = directory / "project"
        write_project(row, project)
        try:
            self.pottle("lock", "--quiet", "--platform=linux/amd64", project)
            self.pottle.build(project, "--platform=linux/amd64")
        except SystemExit as error:
            return {"image": str(error).splitlines()[-1]}
        plan = json.loads(self.pottle("plan", "--format=json", "--platform=linux/amd64", project))
        lock = tomllib.loads((project / "pottle.lock").read_text())
        added = [each["name"] for each in lock["system"][0]["debs"] if each["layer"] == "packages"]
        chosen = {name: because for name, because in _chosen(plan).items() if name in added}
        root = Removable(self._image(), added, directory / "root")
        with root.without(root.added):
            bare = root.run(PATIENCE)
        whole = root.run(PATIENCE) if added else bare
        works = whole.code == 0
        return {
            "version": _version(lock, row.name),
            "chosen": chosen,
            "comes_to": tuple(added),
            "without": bare.why[:200],
            "within": whole.why[:200],
            "needed": least(root, tuple(chosen), PATIENCE) if works and bare.code else (),
        }

    def _image(self) -> object:
        from pottle.api.host import Host
        from pottle.api.running import stored
        from pottle.oci.reference import Reference
        from pottle.run.stored import stored_image

        image = stored("try-it", Host(self.pottle.cache, self.pottle.environ))
        assert image is not None
        return stored_image(image, Reference.parse("try-it").tagged)

    @contextmanager
    def _screen(self, directory: Path) -> Iterator[None]:
        """An X server, from an image of pottle's own; the machine's network leads to it by an abstract socket (unix(7))."""
        project = directory / "screen"
        write_project(_SCREEN, project)
        self.pottle.build(project, "--platform=linux/amd64")
        command = [sys.executable, "-m", "pottle", "run", "--quiet", "--backend=unshare", project]
        environ = {**self.pottle.environ, "POTTLE_CACHE_DIR": str(self.pottle.cache)}
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                until = time.monotonic() + PATIENCE
                while f"@/tmp/.X11-unix/X{DISPLAY[1:]}" not in Path("/proc/net/unix").read_text():
                    if server.poll() is not None or time.monotonic() > until:
                        raise SystemExit("the X server does not start")
                    time.sleep(0.1)
                yield
            finally:
                server.terminate()

    def tidy(self, downloads: Path) -> None:
        """What was made, and what uv downloaded, goes before it is too much; Debian's packages stay."""
        if _size(self.pottle.cache) - _size(self.pottle.cache / "debian") > KEPT:
            self.pottle.forget_builds()
        if _size(downloads) > KEPT:
            shutil.rmtree(downloads)


def write_project(row: Row, directory: Path) -> None:
    """A project whose one module uses the distribution."""
    directory.mkdir(parents=True)
    requirements = ", ".join(json.dumps(each) for each in (row.name, *row.beside) if row is not _SCREEN)
    lines = [
        "[project]",
        'name = "try-it"',
        'version = "1"',
        f'requires-python = "=={PYTHON}.*"',
        f"dependencies = [{requirements}]",
    ]
    display = {"env.DISPLAY": DISPLAY} if row.screen else {}
    lines += [
        "[tool.pottle]",
        *(f"{key} = {json.dumps(value)}" for key, value in {**FAST, **display, **row.settings}.items()),
    ]
    (directory / "pyproject.toml").write_text("\n".join(lines) + "\n")
    (directory / "main.py").write_text(row.use.strip() + "\n")


def _chosen(plan: Mapping[str, object]) -> dict[str, str]:
    """The packages that the plan adds, each with its reason."""
    found: dict[str, str] = {}
    for reason in plan["reasons"]:
        if reason["decision"] == "packages":
            found |= {name: reason["because"] for name in reason["value"].split() if name not in found}
    return found


def _version(lock: Mapping[str, object], name: str) -> str:
    entries = [each for environment in lock["environment"] for each in environment["wheels"]]
    return next((each["version"] for each in entries if _normal(each["name"]) == _normal(name)), "")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _size(path: Path) -> int:
    if not path.exists():
        return 0
    return int(call(["du", "-sb", path], os.environ).split()[0])


# --- the table ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """What came of the rows that were measured."""

    rows: Mapping[str, Row]
    outcomes: Mapping[str, Outcome]

    def of(self, *known: Known) -> list[tuple[Row, Outcome]]:
        """Those that could be tried, by what was known of them."""
        return [
            (row, self.outcomes[name]) for name, row in self.rows.items() if row.known in known and self._tried(row)
        ]

    def _tried(self, row: Row) -> bool:
        return row.name in self.outcomes and not row.unverifiable

    def text(self) -> str:
        """As Markdown."""
        return "\n\n".join(self._blocks()) + "\n"

    def _blocks(self) -> Iterator[str]:
        dates = sorted({each.date for each in self.outcomes.values()})
        yield f"Measured {' to '.join(dict.fromkeys((dates[0], dates[-1])))} with CPython {PYTHON} on Debian trixie, amd64; newest versions."
        yield report.table(("", "measured", "wanted", ""), self._totals())
        left = [row for row in self.rows.values() if row.unverifiable]
        yield "Not tried, and not counted: " + "; ".join(f"{row.name} ({row.unverifiable})" for row in left) + "."
        if absent := [name for name, row in self.rows.items() if name not in self.outcomes and not row.unverifiable]:
            yield "Not measured yet: " + ", ".join(absent) + "."
        yield "### Those that fail, or find something missing, on Debian's slim image"
        head = ("distribution", "without them", "pottle chooses", "with them", "of these needed")
        yield report.table(head, (_line(row, each) for row, each in self.of("fails", "optional")))
        yield "### Those that need nothing"
        good = [each for _, each in self.of("nothing") if _works(each) and not each.chosen]
        yield "Given nothing, imported and used: " + ", ".join(f"{each.name} {each.version}" for each in good) + "."
        if others := [(row, each) for row, each in self.of("nothing") if not _works(each) or each.chosen]:
            yield report.table(head, (_line(row, each) for row, each in others))

    def _totals(self) -> Iterator[tuple[str, str, str, str]]:
        fails, nothing = self.of("fails"), self.of("nothing")
        known = sum(row.known == "fails" for row in self.rows.values())
        mended = sum(_works(each) for _, each in fails)
        yield _total(f"failures mended, of {known} that are known", f"{mended}", "≥ 50", mended >= 50)
        given = sum(not set(each.chosen) <= set(each.needed) for _, each in nothing)
        yield _total(f"given something in vain, of {len(nothing)} that need nothing there", f"{given}", "0", given == 0)
        working = sum(_works(each) for _, each in nothing)
        yield _total("of these, works", f"{working}", f"{len(nothing)}", working == len(nothing))
        tried = [each for _, each in self.of("fails", "optional", "nothing")]
        chosen, needed = sum(len(each.chosen) for each in tried), sum(len(each.needed) for each in tried)
        precision = f"{needed} of {chosen}, {100 * needed / max(chosen, 1):.0f}%"
        yield _total("packages chosen that are needed", precision, "≥ 90%", needed >= 0.9 * chosen)
        drivers = sorted(
            {name for each in self.outcomes.values() for name in each.comes_to if _GPU_DRIVER.fullmatch(name)}
        )
        yield _total("drivers of GPUs among all that was installed", " ".join(drivers) or "0", "0", not drivers)


def _total(title: str, measured: str, limit: str, kept: bool) -> tuple[str, str, str, str]:
    return title, measured, limit, "kept" if kept else "**missed**"


def _works(found: Outcome) -> bool:
    return not found.image and not found.within


def _line(row: Row, found: Outcome) -> tuple[str, ...]:
    needed = (
        ["all" if set(found.needed) == set(found.chosen) else " ".join(found.needed) or "none"]
        if found.chosen
        else [""]
    )
    within = found.image or found.within
    return (
        f"{row.name} {found.version}",
        _cell(found.without) if not found.image else "",
        " ".join(sorted(found.chosen)),
        f"**{_cell(within)}**" if within else "works",
        *needed,
    )


def _cell(said: str) -> str:
    """Of a failure as much as a table takes; paths and addresses of one run say nothing."""
    return re.sub(r"\s+", " ", said).replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")[:90] or "works"


# --- the command ----------------------------------------------------------------------------------


def read(results: Path) -> dict[str, Outcome]:
    """What was measured before, by name; of several lines the last counts."""
    lines = results.read_text().splitlines() if results.is_file() else []
    found = (json.loads(line) for line in lines)
    return {
        each["name"]: Outcome(
            **{key: tuple(value) if isinstance(value, list) else value for key, value in each.items()}
        )
        for each in found
    }


def main() -> int:
    """Measure what is asked for, then write what is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="distributions to try; without one, all")
    parser.add_argument("--results", type=Path, default=Path("native-needs.jsonl"), help="a line for each")
    parser.add_argument("--again", action="store_true", help="measure also what is in it already")
    parser.add_argument("--cache", type=Path, help="pottle's cache and uv's; without it, a temporary one")
    parser.add_argument("--write", type=Path, help="the page whose tables are replaced; without it they are printed")
    options = parser.parse_args()
    known = rows()
    if strangers := set(options.names) - known.keys():
        parser.error(f"no row is about {', '.join(sorted(strangers))}")
    with tempfile.TemporaryDirectory(prefix="pottle-bench-") as scratch:
        measure_all(known, options, Path(scratch))
    table = Table(known, read(options.results)).text()
    if options.write:
        report.write(table, options.write, MARK)
    else:
        print(table)
    return 0


def measure_all(known: Mapping[str, Row], options: argparse.Namespace, scratch: Path) -> None:
    """One after the other; each is written down as soon as it is known."""
    done = {} if options.again else read(options.results)
    wanted = [known[name] for name in options.names or known if name not in done and not known[name].unverifiable]
    if not wanted:
        return
    cache = options.cache or scratch
    environ = {**os.environ, "UV_CACHE_DIR": str(cache / "uv"), "POTTLE_CACHE_DIR": str(cache / "pottle")}
    commit = call(["git", "describe", "--always", "--dirty"], os.environ, ROWS.parent)
    laboratory = Laboratory(Pottle(cache / "pottle", environ), scratch, commit)
    for number, row in enumerate(wanted, 1):
        found = laboratory.measure(row)
        laboratory.tidy(cache / "uv")
        with options.results.open("a") as file:
            file.write(json.dumps(asdict(found)) + "\n")
        told = found.image or found.within or "works"
        say(
            f"{number}/{len(wanted)} {row.name}: {told}; {len(found.needed)} of {len(found.chosen)} needed, {found.seconds:.0f} s"
        )


if __name__ == "__main__":
    sys.exit(main())
