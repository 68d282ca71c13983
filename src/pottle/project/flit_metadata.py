"""What `[tool.flit.metadata]` declares: flit's own table, before there was `[project]`.

See "Old style metadata" in flit's documentation.
"""

from packaging.utils import canonicalize_name

from pottle.project import groups
from pottle.project.declared import Metadata, Needs, placed, wanted
from pottle.project.facts import Fact
from pottle.project.survey import Survey
from pottle.project.version_attribute import version_of
from pottle.toml import Document


def read(survey: Survey, document: Document, directory: str) -> Metadata:
    """The metadata in a `pyproject.toml` that has that table."""
    keys = ("tool", "flit", "metadata")
    table = document.table(*keys)
    module = str(table.get("module", ""))
    name = str(table.get("dist-name") or module)
    extras = table.get("requires-extra", {})
    needs = Needs(
        document.at(*keys, "requires"),
        wanted(placed(document, (*keys, "requires"), table.get("requires", ()))),
        tuple(
            (canonicalize_name(n), wanted(placed(document, (*keys, "requires-extra", n), t))) for n, t in extras.items()
        ),
        tuple((canonicalize_name(n), wanted(items)) for n, items in groups.read(document).items()),
    )
    return Metadata(
        kind="flit",
        name=Fact(name, document.at(*keys, "dist-name" if "dist-name" in table else "module")) if name else None,
        version=version_of(survey, f"{module}.__version__", directory),
        needs=needs,
    )
