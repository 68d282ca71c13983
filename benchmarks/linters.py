"""`pottle lint` beside hadolint and tally: how long they take, and what they find of the grave defects of popular guides.

    HADOLINT=… TALLY=… [GUIDES=…] [DOCKERFILES=…] python -m benchmarks.linters [--runs N] [--write docs/benchmarks.md]

The files are the examples of this project's own rules, and those below `DOCKERFILES`, a directory of checkouts. `HADOLINT` and `TALLY` are programs, by default those beside this Python or on the PATH; `GUIDES` is a directory of
guides (Markdown), of which `benchmarks/guides.toml` says what is gravely wrong. What is not there is left out.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command, report
from benchmarks.measure import Job, Times, alternate

MARK = "linters"
FILES = 60
UNREADABLE = ("unreadable-file.md", "malformed-exec-form.md")
HERE = Path(__file__).parent
PAGES = HERE.parent / "docs" / "rules"
NAMES = {"dockerfile": "Dockerfile", "yaml": "compose.yaml", "dockerignore": ".dockerignore"}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    """Of its fence."""
    language: str
    text: str


@dataclass(frozen=True)
class Defect:
    """Something in a guide that cannot work, or gives a secret away."""

    block: str
    """`PAGE:LINE`; a page by the first letters of its name."""
    at: str
    """A part of the line that is wrong."""
    what: str
    rules: tuple[str, ...]
    """Any of them says it."""
    hadolint: tuple[str, ...] = ()
    tally: tuple[str, ...] = ()
    file: str = ""
    """Where it is told, if not in the block: a file of the project around."""


@dataclass(frozen=True)
class Results:
    """Seconds for many files and for one, by tool; which tools found which defect."""

    many: Mapping[str, Times]
    real: Mapping[str, Times]
    """Of public projects."""
    one: Mapping[str, Times]
    found: Mapping[Defect, frozenset[str]]
    versions: Mapping[str, str]


def blocks(directory: Path) -> Iterator[Block]:
    """The Dockerfiles, compose files and ignore files that stand in pages."""
    for page in sorted(directory.iterdir()):
        text = page.read_text()
        for found in re.finditer(r"^([ \t]*)```(\w+)\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL):
            if found[2].lower() in NAMES:
                line = text.count("\n", 0, found.start()) + 1
                yield Block(page.name, line, found[2].lower(), textwrap.dedent(found[3]))


def defects() -> list[Defect]:
    """What is gravely wrong with the guides, as a person has read them."""
    lists = ("rules", "hadolint", "tally")
    entries = tomllib.loads((HERE / "guides.toml").read_text())["defect"]
    return [Defect(**{k: tuple(v) if k in lists else v for k, v in entry.items()}) for entry in entries]


def project(around: Path) -> None:
    """The project that a guide has in mind, as far as it says."""
    for name, text in tomllib.loads((HERE / "guides.toml").read_text())["project"].items():
        path = around / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def programs() -> dict[str, str]:
    """The tools that are there, pottle first."""
    found = {"pottle": str(Path(sys.executable).with_name("pottle"))}
    for name in ("hadolint", "tally"):
        path = os.environ.get(name.upper()) or shutil.which(
            name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        )
        if path:
            found[name] = path
    return found


def arguments(tool: str, *files: Path) -> list[str]:
    """How a tool is told to write JSON about files."""
    flags = {
        "pottle": ["lint", "--format", "json"],
        "hadolint": ["--format", "json", "--no-fail"],
        "tally": ["lint", "--format", "json", "--slow-checks", "off"],
    }
    return [programs()[tool], *flags[tool], *map(str, files)]


def said(tool: str, *files: Path) -> str:
    """What it writes to stdout; that it finds something is no failure."""
    done = subprocess.run(arguments(tool, *files), capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{tool} ends with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def measured(scratch: Path, runs: int) -> Results:
    files = list(_examples(scratch / "files"))
    tools = programs()
    command.say(f"{len(files)} files, {', '.join(tools)}")
    many = alternate({tool: Job(lambda tool=tool: said(tool, *files)) for tool in tools}, runs)
    real = _of_checkouts()
    whole = alternate({tool: Job(lambda tool=tool: said(tool, *real)) for tool in tools}, runs) if real else {}
    one = alternate({tool: Job(lambda tool=tool: said(tool, files[0])) for tool in tools}, runs)
    guides = os.environ.get("GUIDES")
    found = dict(_found(Path(guides), scratch / "guides")) if guides else {}
    return Results(many, whole, one, found, {tool: _version(path) for tool, path in tools.items()})


def _examples(into: Path) -> Iterator[Path]:
    """So many Dockerfiles, each in a directory of its own; of those that can be read: another tool ends at one that cannot."""
    whole = [b for b in blocks(PAGES) if b.language == "dockerfile" and "FROM " in b.text and b.page not in UNREADABLE]
    for number in range(FILES):
        directory = into / str(number)
        directory.mkdir(parents=True)
        (directory / "Dockerfile").write_text(whole[number % len(whole)].text)
        yield directory / "Dockerfile"


def _of_checkouts() -> list[Path]:
    """As many Dockerfiles of public projects, each where it lies; those that tally can read."""
    directory = os.environ.get("DOCKERFILES")
    found = sorted(path for path in Path(directory).rglob("Dockerfile") if path.is_file()) if directory else []
    apart = found[:: max(1, len(found) // (2 * FILES))]
    tally = programs().get("tally")
    return [path for path in apart if tally is None or _reads(tally, path)][:FILES]


def _reads(tally: str, path: Path) -> bool:
    return (
        subprocess.run([tally, "lint", "--slow-checks", "off", path], capture_output=True, check=False).returncode < 2
    )


def _found(guides: Path, scratch: Path) -> Iterator[tuple[Defect, frozenset[str]]]:
    by_place = {(block.page, block.line): block for block in blocks(guides)}
    for number, defect in enumerate(defects()):
        page, _, line = defect.block.rpartition(":")
        block = next(b for (name, at), b in by_place.items() if name.startswith(page) and at == int(line))
        around = scratch / str(number)
        project(around)
        file = around / NAMES[block.language]
        file.write_text(block.text)
        told = around / (defect.file or file.name)
        at = next(n for n, text in enumerate(told.read_text().splitlines(), 1) if defect.at in text)
        yield defect, frozenset(tool for tool in programs() if _finds(tool, told, defect, at))


def _finds(tool: str, file: Path, defect: Defect, line: int) -> bool:
    """Whether it says so of that line."""
    if tool != "pottle" and file.name != "Dockerfile":
        return False
    found = json.loads(said(tool, file))
    match tool:
        case "pottle":
            codes = {each["rule"] for each in found["findings"] if each["start"]["line"] <= line <= each["end"]["line"]}
            return bool(codes & set(defect.rules))
        case "hadolint":
            return any(each["line"] == line and each["code"] in defect.hadolint for each in found)
        case _:
            return any(code in defect.tally for code in re.findall(r'"(?:rule|code)": *"([^"]+)"', json.dumps(found)))


def _version(path: str) -> str:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\d+\.\d+(\.\d+)?\S*", done.stdout + done.stderr)
    return number[0].rstrip(",") if number else "?"


def text(results: Results, where: str) -> str:
    """The tables."""
    head = ("", *(f"{tool} {version}" for tool, version in results.versions.items()))
    rows = [
        (
            title,
            *(
                f"{times.median:.2f} s ({times.median / all_of_them['pottle'].median:.1f})"
                for times in all_of_them.values()
            ),
        )
        for title, all_of_them in (
            (f"{FILES} small Dockerfiles", results.many),
            (f"{FILES} of public projects", results.real),
            ("one Dockerfile", results.one),
        )
        if all_of_them
    ]
    parts = [where, "Seconds of the whole process; in brackets, to pottle's:", report.table(head, rows)]
    if results.found:
        tools = list(results.versions)
        rows = [
            (f"`{defect.at}`: {defect.what}", *("found" if tool in found else "no" for tool in tools))
            for defect, found in results.found.items()
        ]
        rows.append(
            (
                f"**of {len(results.found)}**",
                *(f"**{sum(tool in f for f in results.found.values())}**" for tool in tools),
            )
        )
        parts += [
            "What stands in popular guides and cannot work, or gives a secret away:",
            report.table(("", *tools), rows),
        ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(command.run(__doc__ or "", MARK, measured, lambda results, runs, _: text(results, report.machine(runs))))
