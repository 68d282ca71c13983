"""Where a requirement comes from by `[tool.uv.sources]`, for projects and scripts that no lock has decided.

Sources may depend on markers. An image is Linux: what holds there for every Python and machine counts, what never does is dropped.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.utils import canonicalize_name

from pottle.errors import ProjectError
from pottle.project import requirement, requirements_file, workspace
from pottle.project.requirements_file import Wanted
from pottle.project.survey import Survey
from pottle.toml import Document

LOCK_IT = "run `uv lock`: an index may have something else of that name"

_MACHINES = ("x86_64", "aarch64")
_MINORS = range(8, 16)


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of one `pyproject.toml`, in `directory`, or of one script there."""

    survey: Survey
    document: Document
    directory: str = ""

    def of(self, wanted: Wanted) -> Wanted:
        """The same requirement from where its source says. Raises `ProjectError` where only uv itself can tell."""
        source = self._source(wanted)
        if source is None or wanted.kind != "registry":
            return wanted
        at, name = wanted.dependency.at, wanted.dependency.name
        match source:
            case {"git": str(url)}:
                return requirements_file.linked(wanted.dependency, _git(url, source))
            case {"url": str(url)}:
                return requirements_file.linked(wanted.dependency, url, wanted.hashes)
            case {"path": str(path)}:
                return self._path(wanted, path)
            case {"index": str(index)}:
                return replace(wanted, location=self._index(index, wanted))
            case {"workspace": True}:
                if found := self._member(name):
                    return replace(wanted, kind="directory", location=found)
        raise ProjectError(f"{name} has a source of its own, and there is no lock", at=at, hint=LOCK_IT)

    def _source(self, wanted: Wanted) -> Mapping[str, Any] | None:
        """The one that counts in an image; None: any index."""
        for name, source in self.document.table("tool", "uv", "sources").items():
            if canonicalize_name(name) == wanted.dependency.name:
                listed = [source] if isinstance(source, Mapping) else list(source)
                return next(self._counting(listed, wanted), None)
        return None

    def _counting(self, listed: Sequence[Any], wanted: Wanted) -> Iterator[Mapping[str, Any]]:
        for source in listed:
            held = _held(source.get("marker")) if isinstance(source, Mapping) and not source.keys() & _ASKED else None
            if held is None:
                what = f"{wanted.dependency.name} has several sources, and there is no lock"
                raise ProjectError(what, at=wanted.dependency.at, hint=LOCK_IT)
            if held:
                yield source

    def _path(self, wanted: Wanted, path: str) -> Wanted:
        place = posixpath.normpath(posixpath.join(self.directory, path))
        kind = "path" if place.endswith((".whl", ".tar.gz", ".zip")) else "directory"
        return replace(wanted, kind=kind, location=place)  # type: ignore[arg-type]

    def _index(self, name: str, wanted: Wanted) -> str:
        for index in self.document.table("tool", "uv").get("index", ()):
            if isinstance(index, Mapping) and index.get("name") == name and isinstance(index.get("url"), str):
                return requirement.without_credentials(index["url"])
        what = f"{wanted.dependency.name} comes from the index {name!r}, which nothing describes"
        hint = f'add a `[[tool.uv.index]]` with `name = "{name}"`'
        raise ProjectError(what, at=self.document.at("tool", "uv", "sources"), hint=hint)

    def _member(self, name: str) -> str | None:
        """The directory of a member of the workspace whose root this is, or the project."""
        roots = [root for root in (self.document, self.survey.pyproject) if root is not None]
        for path in self.survey.tree.files():
            directory, _, file = path.rpartition("/")
            if file == "pyproject.toml" and directory and any(workspace.is_member(root, directory) for root in roots):
                member = self.survey.toml(path)
                if member is not None and canonicalize_name(str(member.get("project", "name") or "")) == name:
                    return directory
        return None


_ASKED = frozenset({"extra", "group"})


def _git(url: str, source: Mapping[str, Any]) -> str:
    reference = next((str(source[key]) for key in ("rev", "tag", "branch") if key in source), "")
    subdirectory = source.get("subdirectory")
    at = f"@{reference}" if reference else ""
    return f"git+{url}{at}" + (f"#subdirectory={subdirectory}" if subdirectory else "")


def _held(text: object) -> bool | None:
    """Whether a marker holds in every image, or in none; None: it depends on the image, or is no marker."""
    if text is None:
        return True
    try:
        marker = requirement.marker(str(text))
    except ValueError:
        return None
    answers = {marker.evaluate(environment) for environment in _environments()}
    return answers.pop() if len(answers) == 1 else None


def _environments() -> Iterator[dict[str, str]]:
    for machine in _MACHINES:
        for minor in _MINORS:
            yield {
                "implementation_name": "cpython",
                "os_name": "posix",
                "platform_machine": machine,
                "platform_python_implementation": "CPython",
                "platform_system": "Linux",
                "python_full_version": f"3.{minor}.0",
                "python_version": f"3.{minor}",
                "sys_platform": "linux",
                "extra": "",
            }
