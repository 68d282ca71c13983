"""The image's virtual environment (PEP 405) as entries: what uv unpacked here, as the image's own Python would have installed it.

The result depends on the wheels, the environment's path and the Python's version: not on this machine's Python, umask, user or paths.
"""

import configparser
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pottle.build.clashes import Clash, Contents, clashes
from pottle.build.record import Record
from pottle.errors import SourceError
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.sources.pypi.installed import Distribution, InstalledFile, digest_of

_SITE = re.compile(r"lib(?:64)?/python\d+\.\d+/site-packages/(?P<rest>.+)", re.DOTALL)
_HEADERS = re.compile(r"include/site/python\d+\.\d+/(?P<rest>.+)", re.DOTALL)
_LEFT_OUT = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_build.json", "uv_cache.json"})
"""What the installer writes, or would: RECORD and INSTALLER are written anew."""
_SHEBANG = re.compile(rb"#!(?P<interpreter>[^\r\n]*)\r?\n")
_LONG_SHEBANG = re.compile(rb"#!/bin/sh\n'''exec' (?P<interpreter>[^\n]*) \"\$0\" \"\$@\"\n' '''\n")
"""How installers write an interpreter whose path is too long or holds a space."""
_ENTRY_POINT = re.compile(r"(?P<module>[\w.]+)\s*:\s*(?P<attribute>[\w.]+)\s*(?:\[.*\])?")
_COMMAND = re.compile(r"[\w-][\w.+ -]*")
_TEST = re.compile(r"/tests?/(?:.+/)?(?:test_[^/]+|[^/]+_test|conftest)\.py$")
"""By the names that pytest collects (`python_files`), below a directory of tests: what helps them may be imported by others."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the environment lies in the image, and whose it is."""

    python: str
    """`3.13`"""
    path: str = "opt/venv"
    """Below the root."""
    interpreter: str = ""
    """The interpreter's absolute path; by default `/usr/bin/pythonX.Y`."""

    @property
    def site_packages(self) -> str:
        """Below the root."""
        return f"{self.path}/lib/python{self.python}/site-packages"

    @property
    def base(self) -> str:
        """The absolute path of the interpreter that the environment is made for."""
        return self.interpreter or f"/usr/bin/python{self.python}"

    @property
    def shebang(self) -> bytes:
        """The first line of every script."""
        return f"#!/{self.path}/bin/python\n".encode()


@dataclass(frozen=True, slots=True)
class Populated:
    """What the wheels bring to an environment."""

    entries: Mapping[str, tuple[File, ...]] = field(repr=False)
    """Distribution → its files; what is equal in two may be in both."""
    warnings: tuple[str, ...] = ()


def empty(environment: Environment) -> tuple[Entry, ...]:
    """An environment with nothing installed: `pyvenv.cfg` and the links to its interpreter, no pip, no activation scripts."""
    home = PurePosixPath(environment.base).parent
    configuration = f"home = {home}\ninclude-system-site-packages = false\n"
    top = environment.path
    return (
        Directory(top),
        Directory(f"{top}/bin"),
        Symlink(f"{top}/bin/python", environment.base),
        Symlink(f"{top}/bin/python3", "python"),
        Symlink(f"{top}/bin/python{environment.python}", "python"),
        Directory(environment.site_packages),
        File(f"{top}/pyvenv.cfg", configuration.encode()),
    )


def populate(environment: Environment, distributions: Iterable[Distribution]) -> Populated:
    """The distributions' files at their places, with nothing else in the environment."""
    found = [prepare(environment, distribution) for distribution in distributions]
    lost = clashes({each.name: each.contents for each in found})
    entries = {each.name: each.entries(environment, lost) for each in sorted(found, key=lambda each: each.name)}
    return Populated(entries, tuple(sorted(map(str, lost))))


@dataclass(frozen=True, slots=True)
class Prepared:
    """One distribution's files in the image, whatever else is in the environment, and what its RECORD will say of them."""

    name: str
    info: str
    """Its `.dist-info` below the root."""
    files: dict[str, File]
    recorded: dict[str, tuple[str, int]]
    """Path → digest as in the wheel's RECORD and size, for files that are as the wheel has them."""

    @property
    def contents(self) -> Contents:
        """What it brings, to be compared."""
        return {path: f"{self._digest(path)} {file.mode:o}" for path, file in self.files.items()}

    def entries(self, environment: Environment, lost: Iterable[Clash] = ()) -> tuple[File, ...]:
        """What it owns, with the RECORD (the binary distribution format) that says so."""
        without = {path for clash in lost if clash.loser == self.name for path in clash.paths}
        owned = {path: file for path, file in self.files.items() if path not in without}
        record = Record(environment.site_packages)
        for path, file in owned.items():
            record.add(path, file, self.recorded.get(path))
        path = f"{self.info}/RECORD"
        owned[path] = File(path, record.content(path))
        return tuple(owned[path] for path in sorted(owned))

    def _digest(self, path: str) -> str:
        return self.recorded[path][0] if path in self.recorded else digest_of(self.files[path].content)


def importable(files: Iterable[File]) -> tuple[File, ...]:
    """Those of a distribution's files that a program may import: all but the modules that only pytest does."""
    return tuple(file for file in files if not _TEST.search(file.path))


def prepare(environment: Environment, distribution: Distribution) -> Prepared:
    """The distribution's files at their places. Raises `SourceError` where they replace what makes the environment one."""
    info = _place(environment, distribution.info + "/RECORD").removesuffix("/RECORD")
    scripts = _entry_points(environment, distribution)
    prepared = Prepared(distribution.name, info, dict(scripts), {})
    for installed in distribution.files:
        path = _place(environment, installed.path)
        if path in scripts or _leaves_out(path, info):
            continue
        file = _file(environment, path, installed)
        prepared.files[path] = file
        if file.content is installed.on_disk and installed.digest.startswith("sha256="):
            prepared.recorded[path] = installed.digest, installed.size
    installer = f"{info}/INSTALLER"
    prepared.files[installer] = File(installer, b"pottle\n")
    _check_reserved(environment, prepared)
    return prepared


def _place(environment: Environment, path: str) -> str:
    """From uv's layout, named after this machine's Python, to the image's."""
    if match := _SITE.fullmatch(path):
        return f"{environment.site_packages}/{match['rest']}"
    if match := _HEADERS.fullmatch(path):
        return f"{environment.path}/include/site/python{environment.python}/{match['rest']}"
    return f"{environment.path}/{path}"


def _leaves_out(path: str, info: str) -> bool:
    directory, _, name = path.rpartition("/")
    return (directory == info and name in _LEFT_OUT) or (path.endswith((".pyc", ".pyo")) and "/__pycache__/" in path)


def _file(environment: Environment, path: str, installed: InstalledFile) -> File:
    mode = 0o755 if installed.executable else 0o644
    if not path.startswith(f"{environment.path}/bin/"):
        return File(path, installed.on_disk, mode)
    return File(path, _script(environment, installed), 0o755)


def _script(environment: Environment, installed: InstalledFile) -> bytes:
    """A wheel's own script: one for Python runs under the environment's, whatever its first line says; there is no `env` in the image."""
    content = installed.on_disk.read_bytes()
    if match := _LONG_SHEBANG.match(content):
        return environment.shebang + content[match.end() :]
    if match := _SHEBANG.match(content):
        words = match["interpreter"].split()
        program = words[1:2] if words[:1] and words[0].endswith(b"/env") else words[:1]
        if program and program[0].rpartition(b"/")[2].startswith(b"python"):
            return environment.shebang + content[match.end() :]
    return content


def _entry_points(environment: Environment, distribution: Distribution) -> dict[str, File]:
    """The scripts of `entry_points.txt` (entry points specification), in one form whatever made them before."""
    path = f"{distribution.info}/entry_points.txt"
    source = next((file.on_disk for file in distribution.files if file.path == path), None)
    if source is None:
        return {}
    try:
        parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(source.read_text(encoding="utf-8"))
    except (configparser.Error, ValueError) as error:
        raise SourceError(f"the entry points of {distribution.name} cannot be read: {error}") from error
    sections = [parser[name] for name in ("console_scripts", "gui_scripts") if parser.has_section(name)]
    scripts = [_entry_point(environment, distribution, name, target) for s in sections for name, target in s.items()]
    return {script.path: script for script in scripts}


def _entry_point(environment: Environment, distribution: Distribution, name: str, target: str) -> File:
    match = _ENTRY_POINT.fullmatch(target.strip())
    if match is None or not _COMMAND.fullmatch(name):
        raise SourceError(f"not an entry point in {distribution.name} {distribution.version}: {name} = {target}")
    module, attribute = match["module"], match["attribute"]
    text = (
        f"import sys\n\nfrom {module} import {attribute.partition('.')[0]}\n\n"
        f'if __name__ == "__main__":\n    sys.exit({attribute}())\n'
    )
    return File(f"{environment.path}/bin/{name}", environment.shebang + text.encode(), 0o755)


def _check_reserved(environment: Environment, prepared: Prepared) -> None:
    """A wheel must not bring what makes the environment one: its interpreter, its `pyvenv.cfg`."""
    for entry in empty(environment):
        if entry.path in prepared.files:
            name = prepared.name
            raise SourceError(f"the wheel of {name} would replace /{entry.path}", hint=f"do without {name}")
