"""What a project of Poetry declares: `[tool.poetry]`, or `[project]` with what that adds."""

from collections.abc import Mapping

from packaging.utils import NormalizedName

from pottle.project import poetry_needs, poetry_project
from pottle.project.declared import Metadata, Named, Needs
from pottle.project.facts import Fact
from pottle.project.wanted import Group
from pottle.toml import Document


def read(document: Document, directory: str) -> Metadata:
    """The metadata in a `pyproject.toml` that Poetry decides about."""
    wants = poetry_project.wants(document)

    def listed(named: Mapping[NormalizedName, Group]) -> Named:
        return tuple((key, poetry_needs.listed(group, document, directory)) for key, group in named.items())

    at = ("tool", "poetry", "dependencies") if poetry_project.uses(document) else ("project", "dependencies")
    main = poetry_needs.listed(wants.main, document, directory)
    return Metadata(
        name=_text(document, "name"),
        version=_text(document, "version"),
        needs=Needs(document.at(*at), main, listed(wants.extras), listed(wants.groups)),
    )


def _text(document: Document, key: str) -> Fact[str] | None:
    for keys in (("project", key), ("tool", "poetry", key)):
        if isinstance(value := document.get(*keys), str) and value:
            return Fact(value, document.at(*keys))
    return None
