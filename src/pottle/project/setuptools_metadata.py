"""What `setup.py` and `setup.cfg` declare. What `setup()` is called with outranks `setup.cfg`, as it does in setuptools."""

import posixpath
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from pottle.project import groups, requirement, setup_config, setup_script
from pottle.project.declared import Items, Metadata, Needs, spelled, wanted
from pottle.project.facts import Fact
from pottle.project.requirements_file import Wanted
from pottle.project.setup_config import SetupConfig
from pottle.project.setup_script import Setup
from pottle.project.setup_values import Lines
from pottle.project.survey import Survey
from pottle.project.version_attribute import version_of
from pottle.text import Location
from pottle.toml import Document


def read(survey: Survey, directory: str, document: Document | None) -> Metadata:
    """The metadata in these files; `document` is the `pyproject.toml` beside them, for its groups."""
    return _Setuptools(survey, directory).read(document)


@dataclass(frozen=True, slots=True)
class _Setuptools:
    """Both files of one directory."""

    survey: Survey
    directory: str

    def read(self, document: Document | None) -> Metadata:
        setup = setup_script.read(self.survey, self.directory)
        config = setup_config.read(self.survey, self.directory)
        if setup is None and config is None:
            return Metadata()
        extras = self._extras(setup, config)
        dependencies = self._dependencies(setup, config)
        base = extras.pop("", ())
        at = self._needs_at(setup, config)
        named = tuple((canonicalize_name(name), wanted) for name, wanted in extras.items())
        grouped = groups.read(document) if document is not None else {}
        needs = Needs(
            at,
            (*(dependencies or ()), *base),
            named,
            tuple((canonicalize_name(n), wanted(i)) for n, i in grouped.items()),
        )
        return Metadata(
            kind="setuptools",
            name=self._text(setup, "name", config, "metadata"),
            version=self._version(setup, config),
            needs=needs,
            asks=at if dependencies is None else None,
        )

    def _place(self, name: str, line: int) -> Location:
        return Location(posixpath.join(self.directory, name), line)

    def _needs_at(self, setup: Setup | None, config: SetupConfig | None) -> Location:
        called = setup is not None and "install_requires" in setup.keywords
        if config is not None and not called and (setup is None or config.items("options", "install_requires")):
            return Location(config.path, config.line("options", "install_requires"))
        assert setup is not None
        return setup.at

    def _text(self, setup: Setup | None, keyword: str, config: SetupConfig | None, section: str) -> Fact[str] | None:
        if setup is not None and (found := setup.text(keyword)):
            return Fact(found.text.strip(), self._place(setup_script.NAME, found.line))
        if config is not None and (found := config.text(section, keyword)):
            return Fact(found.text, self._place(setup_config.NAME, found.line))
        return None

    def _version(self, setup: Setup | None, config: SetupConfig | None) -> Fact[str] | None:
        if found := self._text(setup, "version", config, "metadata"):
            return found
        if config is not None and (attribute := config.directive("metadata", "version", "attr")):
            return version_of(self.survey, attribute, self.directory)
        return None

    def _dependencies(self, setup: Setup | None, config: SetupConfig | None) -> tuple[Wanted, ...] | None:
        """None where only the backend knows them."""
        if setup is not None:
            if setup.keywords.get("pbr") is True:
                lines = [Lines("requirements.txt", setup.at.line or 1)]
                return tuple(spelled(self.survey, lines, setup.at, self.directory))
            if "install_requires" in setup.keywords or (setup.is_unknown("install_requires") and config is None):
                items = setup.items("install_requires")
                return None if items is None else self._read(items, setup.at)
        items = config.items("options", "install_requires") if config is not None else None
        if items is not None and config is not None:
            return self._read(items, Location(config.path))
        return None if setup is not None and setup.is_unknown("install_requires") else ()

    def _extras(self, setup: Setup | None, config: SetupConfig | None) -> dict[str, tuple[Wanted, ...]]:
        """Extra → dependencies; "" → those that a marker alone makes conditional (`:python_version < "3.11"`)."""
        found: dict[str, tuple[Wanted, ...]] = {}
        if config is not None:
            for key in config.keys("options.extras_require"):
                self._add(found, key, config.items("options.extras_require", key) or (), Location(config.path))
        if setup is not None:
            for key, items in setup.mapping("extras_require").items():
                if items is not None:
                    self._add(found, key, items, setup.at)
        return found

    def _add(self, found: dict[str, tuple[Wanted, ...]], key: str, items: Items, at: Location) -> None:
        name, _, condition = key.partition(":")
        marker = requirement.at_marker(condition, at)
        wanted = self._read(items, at)
        limited = (
            replace(one, dependency=replace(one.dependency, marker=requirement.both(one.dependency.marker, marker)))
            for one in wanted
        )
        found[name.strip()] = (*found.get(name.strip(), ()), *limited)

    def _read(self, items: Items, at: Location) -> tuple[Wanted, ...]:
        return tuple(spelled(self.survey, items, at, self.directory))
