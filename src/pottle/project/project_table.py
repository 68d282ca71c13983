"""What `[project]` (PEP 621) and `[dependency-groups]` (PEP 735) declare, and what is dynamic as far as files say it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from pottle.project import groups, setuptools_metadata
from pottle.project.declared import LEGACY_BACKEND, Metadata, Named, Needs, placed, spelled, wanted
from pottle.project.facts import Fact
from pottle.project.requirements_file import Wanted
from pottle.project.setup_values import Lines
from pottle.project.survey import Survey
from pottle.project.uv_sources import Sources
from pottle.project.version_attribute import version_of
from pottle.text import Location
from pottle.toml import Document


def read(survey: Survey, document: Document, directory: str, *, sources: bool) -> Metadata:
    """The metadata in a `pyproject.toml` that has that table; with `sources`, from where `[tool.uv.sources]` say."""
    return _Table(survey, document, directory, Sources(survey, document, directory) if sources else None).read()


@dataclass(frozen=True, slots=True)
class _Table:
    """The table, and whoever fills in what is dynamic."""

    survey: Survey
    document: Document
    directory: str
    sources: Sources | None

    def read(self) -> Metadata:
        needs = Needs(self.document.at("project", "dependencies"), self._static(), self._extras(), self._groups())
        dynamic = self.document.table("project").get("dynamic", ())
        found = Metadata(name=self._text("name"), version=self._version(dynamic), needs=needs)
        if "dependencies" not in dynamic and "optional-dependencies" not in dynamic:
            return found
        return self._filled(found, dynamic)

    def _text(self, key: str) -> Fact[str] | None:
        value = self.document.get("project", key)
        return Fact(value, self.document.at("project", key)) if isinstance(value, str) and value else None

    def _version(self, dynamic: Sequence[str]) -> Fact[str] | None:
        if "version" not in dynamic:
            return self._text("version")
        attribute = self.document.get("tool", "setuptools", "dynamic", "version", "attr")
        return version_of(self.survey, attribute, self.directory) if isinstance(attribute, str) else None

    def _static(self) -> tuple[Wanted, ...]:
        keys = ("project", "dependencies")
        return self._from(placed(self.document, keys, self.document.table("project").get("dependencies", ())))

    def _extras(self) -> Named:
        keys = ("project", "optional-dependencies")
        tables = self.document.table(*keys).items()
        return tuple(
            (canonicalize_name(n), self._from(placed(self.document, (*keys, n), texts))) for n, texts in tables
        )

    def _groups(self) -> Named:
        """PEP 735's, and PDM's older ones, less what has no name."""
        found = groups.read(self.document)
        keys = ("tool", "pdm", "dev-dependencies")
        for key, texts in self.document.table(*keys).items():
            named = [
                (text, at) for text, at in placed(self.document, (*keys, key), texts) if not str(text).startswith("-e")
            ]
            found.setdefault(str(canonicalize_name(key)), []).extend(named)
        return tuple((canonicalize_name(n), self._from(items)) for n, items in found.items())

    def _from(self, items: Iterable[tuple[object, Location]]) -> tuple[Wanted, ...]:
        found = wanted(items)
        return tuple(self.sources.of(one) for one in found) if self.sources is not None else found

    def _filled(self, found: Metadata, dynamic: Sequence[str]) -> Metadata:
        """With the dependencies that setuptools reads from files, or that a plugin of Hatch does."""
        assert found.needs is not None
        here = self.document.at("project", "dynamic")
        backend = str(self.document.get("build-system", "build-backend") or LEGACY_BACKEND)
        if backend.startswith("setuptools"):
            return self._by_setuptools(found, dynamic, here)
        hook = ("tool", "hatch", "metadata", "hooks", "requirements_txt")
        files = self.document.get(*hook, "files") or self.document.get(*hook, "filename")
        if files is None or "dependencies" not in dynamic:
            return replace(found, asks=here)
        listed = [files] if isinstance(files, str) else list(files)
        needs = replace(found.needs, dependencies=self._files(listed, self.document.at(*hook)))
        return replace(found, needs=needs)

    def _by_setuptools(self, found: Metadata, dynamic: Sequence[str], here: Location) -> Metadata:
        assert found.needs is not None
        older = setuptools_metadata.read(self.survey, self.directory, None)
        needs, asks = found.needs, older.asks if older.needs is not None else here
        keys = ("tool", "setuptools", "dynamic")
        if "dependencies" in dynamic:
            files = self.document.get(*keys, "dependencies", "file")
            if files is not None:
                at = self.document.at(*keys, "dependencies")
                needs, asks = replace(needs, at=at, dependencies=self._files(files, at)), None
            elif older.needs is not None:
                needs = replace(needs, at=older.needs.at, dependencies=older.needs.dependencies)
        if "optional-dependencies" in dynamic:
            tables = self.document.table(*keys, "optional-dependencies")
            extras = [(canonicalize_name(n), self._files(t.get("file", ()), here)) for n, t in tables.items()]
            needs = replace(needs, extras=tuple(extras) or (older.needs.extras if older.needs else ()))
            asks = asks if "dependencies" in dynamic else None
        return replace(found, needs=needs, asks=asks)

    def _files(self, files: object, at: Location) -> tuple[Wanted, ...]:
        listed = [files] if isinstance(files, str) else files if isinstance(files, list) else []
        lines = [Lines(str(each), at.line or 1) for each in listed]
        return tuple(spelled(self.survey, lines, at, self.directory))
