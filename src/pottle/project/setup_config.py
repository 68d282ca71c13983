"""What `setup.cfg` says of a project that setuptools builds: `[metadata]` and `[options]`.

See setuptools' "Configuring setuptools using setup.cfg files".
"""

import configparser
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pottle.errors import ProjectError
from pottle.project.setup_values import Lines, Written
from pottle.project.survey import Survey
from pottle.text import Location

NAME = "setup.cfg"

_OURS = re.compile(r"^\[(?:metadata|options(?:\.[^\]]*)?)\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SetupConfig:
    """Its sections, and the line of each key."""

    path: str
    sections: Mapping[str, Mapping[str, str]]
    lines: tuple[str, ...]

    def text(self, section: str, key: str) -> Written | None:
        """A plain value; None where there is none, or it says where else to look (`attr:`, `file:`)."""
        value = self.sections.get(section, {}).get(key, "").strip()
        directive = re.match(r"(?:attr|file)\s*:", value)
        return Written(value, self.line(section, key)) if value and not directive else None

    def directive(self, section: str, key: str, name: str) -> str | None:
        """What stands behind `attr:` or `file:`."""
        found = re.match(rf"{name}\s*:\s*(.+)", self.sections.get(section, {}).get(key, "").strip(), re.DOTALL)
        return found[1].strip() if found else None

    def items(self, section: str, key: str) -> tuple[Written | Lines, ...] | None:
        """A list, one entry a line or between semicolons; None where there is none."""
        if not self.sections.get(section, {}).get(key, "").strip():
            return None
        at = self.line(section, key)
        if files := self.directive(section, key, "file"):
            return tuple(Lines(each.strip(), at) for each in re.split(r"[,\n]", files) if each.strip())
        value = self.sections[section][key]
        entries = value.splitlines() if "\n" in value.strip() else _between_semicolons(value)
        return tuple(
            self._placed(entry.strip(), at) for entry in entries if entry.strip() and not entry.strip().startswith("#")
        )

    def keys(self, section: str) -> tuple[str, ...]:
        """What a section sets."""
        return tuple(self.sections.get(section, {}))

    def line(self, section: str, key: str) -> int:
        """The line that sets `key`."""
        start = next((n for n, line in enumerate(self.lines) if line.strip() == f"[{section}]"), 0)
        pattern = re.compile(rf"{re.escape(key)}\s*[=:]", re.IGNORECASE)
        return next((n + 1 for n in range(start, len(self.lines)) if pattern.match(self.lines[n])), start + 1)

    def _placed(self, text: str, at: int) -> Written:
        below = (n + 1 for n in range(at - 1, len(self.lines)) if text in self.lines[n])
        return Written(text, next(below, at))


def _between_semicolons(value: str) -> Iterator[str]:
    """A marker has one of its own: what does not begin a requirement belongs to the one before."""
    return iter(
        [value] if re.search(r";\s*(?:python|sys|os|platform|implementation|extra)", value) else value.split(";")
    )


def read(survey: Survey, directory: str = "") -> SetupConfig | None:
    """The file, where it says anything of the project. Raises `ProjectError` for what cannot be read."""
    path = posixpath.join(directory, NAME)
    text = survey.tree.read(path) if survey.tree.exists(path) else None
    if text is None or not _OURS.search(text.replace("\r\n", "\n")):
        return None
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # extras keep their case
    try:
        parser.read_string(text, path)
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next((number for number, _ in getattr(error, "errors", ())), None)
        what = str(error).partition("\n")[0].partition("]: ")[2] or error.message.partition("\n")[0]
        raise ProjectError(
            f"this cannot be read: {what[:1].lower()}{what[1:]}", at=Location(path, line), hint="correct that line"
        ) from None
    sections = {
        name: {key.replace("-", "_") if name == "options" else key: value for key, value in parser.items(name)}
        for name in parser.sections()
    }
    return SetupConfig(path, sections, tuple(text.splitlines()))


def readable(survey: Survey) -> SetupConfig | None:
    """The same of the project itself; None also for what no tool would read: for those who need not complain about it."""
    try:
        return read(survey)
    except ProjectError:
        return None
