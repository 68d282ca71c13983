"""What build backends are run with: seen while one runs, pinned by version and hash, and the same given to it later.

A backend may ask for more than `[build-system] requires` says (PEP 517, `get_requires_for_build_wheel`), so what counts is what is
there when it runs: the interpreter of uv's environment lists its distributions when it starts (`sitecustomize`).
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from packaging.utils import canonicalize_name, parse_wheel_filename

from pottle.errors import ProjectError
from pottle.sources.pypi import uv
from pottle.sources.pypi.failure import failure
from pottle.text import Location

OLDEST_PYTHON = "3.11"
"""The oldest that pottle runs on, and with it a backend."""

_SEEN = "POTTLE_BUILD_REQUIREMENTS"
_OBSERVER = f"""\
import os, sys

def _tell():
    from importlib.metadata import distributions
    inside = [path for path in sys.path if path.startswith(sys.prefix + os.sep)]
    names = sorted({{f"{{each.name}}=={{each.version}}" for each in distributions(path=inside)}})
    with open(os.path.join(os.environ["{_SEEN}"], str(os.getpid())), "a", encoding="utf-8") as file:
        file.write("".join(f"{{name}}\\n" for name in names))

if sys.prefix != sys.base_prefix and os.environ.get("VIRTUAL_ENV") == sys.prefix:
    _tell()
"""


class Requirement(Protocol):
    """One distribution at one version: `pottle.plan.lock.BuildRequirement` is one."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def sha256(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def marker(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Found:
    """One distribution at one version, as an index has it."""

    name: str
    version: str
    sha256: tuple[str, ...]
    """Of all its files, sorted."""
    marker: str | None = None


class Observer:
    """Sees what backends are run with; `directory` is a new one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        (directory / "seen").mkdir(parents=True)
        (directory / "sitecustomize.py").write_text(_OBSERVER, encoding="utf-8")

    @property
    def variables(self) -> dict[str, str]:
        """What a backend's environment has to hold."""
        return {"PYTHONPATH": str(self._directory), _SEEN: str(self._directory / "seen")}

    def seen(self) -> tuple[str, ...]:
        """`hatchling==1.27.0` …, sorted."""
        texts = (path.read_text(encoding="utf-8") for path in (self._directory / "seen").iterdir())
        return tuple(sorted({line for text in texts for line in text.splitlines()}))


def pinned(
    session: uv.Session,
    seen: Sequence[str],
    python: str = OLDEST_PYTHON,
    built: Sequence[Path] = (),
    *,
    archives: bool = False,
) -> tuple[Found, ...]:
    """What was `seen`, and what it would need on another Python of a building host, with the hashes of every file.

    `python` is the oldest that backends are run by. Of what is `built`, an index has no wheel: what it needs is read from ours, and what
    it has to be are the index's files. `archives`: source archives alone are wanted.
    """
    if not seen:
        return ()
    with uv.scratch(session) as work:
        asked, lock = work / "requirements.txt", work / "pylock.toml"
        asked.write_text("".join(f"{line}\n" for line in seen), encoding="utf-8")
        try:
            near = [option for wheel in built for option in ("--find-links", wheel.parent)]
            uv.run(session, [*_COMPILE, *near, "--python-version", python, "--output-file", lock, asked], work)
        except uv.UvFailed as failed:
            raise failure(failed) from failed
        found = _read(lock.read_bytes(), frozenset(wheel.name for wheel in built), archives=archives)
        return tuple(sorted(found, key=lambda found: (found.name, found.version)))


_COMPILE = (
    *("pip", "compile", "--preview-features", "pylock", "--format", "pylock.toml", "--universal"),
    *("--no-header", "--no-annotate"),
)


def _read(content: bytes, built: frozenset[str], *, archives: bool) -> Iterator[Found]:
    for package in tomllib.loads(content.decode()).get("packages", []):
        wheels = () if archives else package.get("wheels", [])
        wheels = (each for each in wheels if _filename(each) not in built)
        files = [*wheels, *([package["sdist"]] if "sdist" in package else [])]
        digests = sorted({_sha256(file, package["name"]) for file in files})
        if not digests:
            raise ProjectError(f"{package['name']} comes from no index, so no hash says what it has to be")
        yield Found(str(canonicalize_name(package["name"])), package["version"], tuple(digests), package.get("marker"))


def _filename(file: Mapping[str, Any]) -> str:
    """Of a lock's entry (PEP 751): the last part of its address, where it has no name of its own."""
    place = file.get("name") or file.get("path") or file.get("url") or ""
    return unquote(str(place).partition("#")[0].rpartition("/")[2])


def _sha256(file: Mapping[str, Any], name: str) -> str:
    found = file.get("hashes", {}).get("sha256")
    if not isinstance(found, str):
        raise ProjectError(
            f"the index does not say what the files of {name} have to be", hint="use an index that has hashes"
        )
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """What one build is to be run with, and nothing else; told to be so at `at`."""

    requires: tuple[Requirement, ...]
    at: Location | None = None

    def options(self, work: Path) -> list[str | Path]:
        """The options of uv that say so."""
        listed = work / "build-constraints.txt"
        listed.write_text("".join(self.lines()), encoding="utf-8")
        return [
            "--preview-features",
            "build-dependency-hashes",
            "--require-build-hashes",
            "--build-constraints",
            listed,
        ]

    def lines(self, built: Iterable[Path] = ()) -> Iterator[str]:
        """Of a `requirements.txt` that says so; of what is `built`, whose source it means, the wheel."""
        wheels = {parse_wheel_filename(wheel.name)[0]: wheel for wheel in built}
        for each in self.requires:
            wheel = wheels.get(canonicalize_name(each.name))
            yield _line(each, each.sha256 if wheel is None else (hashlib.sha256(wheel.read_bytes()).hexdigest(),))

    def stale(self, said: str) -> ProjectError | None:
        """What is to be said where uv failed since the backend asks for something else; None: it failed otherwise."""
        found = _NO_HASH.search(said) or _UNFIT.search(said)
        return self.stale_by(found[1]) if found is not None else None

    def stale_by(self, requirement: str) -> ProjectError:
        """The same of one requirement."""
        what = f"pottle.lock is stale: the build backend asks for {requirement}, which is not what it was built with"
        return ProjectError(what, at=self.at, hint="run `pottle lock`")


_NO_HASH = re.compile(r"no trusted hash was provided for: `([^`]+)`")
_UNFIT = re.compile(r"No solution found when resolving: `([^`]+)`")


def _line(each: Requirement, digests: Iterable[str]) -> str:
    marker = f" ; {each.marker}" if each.marker else ""
    hashes = "".join(f" --hash=sha256:{digest}" for digest in digests)
    return f"{each.name}=={each.version}{marker}{hashes}\n"


def digest(requires: Iterable[Requirement]) -> str:
    """A name for a set of them, as hex."""
    named = sorted([each.name, each.version, *each.sha256] for each in requires)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()
