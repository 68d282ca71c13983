"""What a project says of itself and of what it needs, whichever of its files says it: `[project]`, the tables of Poetry and of an older
flit, `setup.cfg`, `setup.py`. Nothing is run: what only the project's backend can tell is known to be unknown.
"""

import posixpath

from pottle.project import flit_metadata, poetry_metadata, poetry_project, project_table, setuptools_metadata
from pottle.project.declared import Metadata
from pottle.project.survey import Survey


def read(survey: Survey, directory: str = "", *, sources: bool = True) -> Metadata:
    """The metadata of the project in `directory`. Raises `ProjectError` for what no tool would understand.

    Without `sources` it is left open where a requirement comes from, as those can who only compare names and versions.
    """
    document = survey.toml(posixpath.join(directory, "pyproject.toml"))
    if document is not None and poetry_project.decides(document):
        return poetry_metadata.read(document, directory)
    if document is not None and document.table("project"):
        return project_table.read(survey, document, directory, sources=sources)
    if document is not None and document.get("tool", "flit", "metadata") is not None:
        return flit_metadata.read(survey, document, directory)
    return setuptools_metadata.read(survey, directory, document)
