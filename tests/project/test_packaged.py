"""Which projects are packages, by the rules of those who manage them."""

import pytest

from pottle.errors import ProjectError
from pottle.project.facts import Fact, Packaging
from pottle.project.packaged import backend, decided, packaging
from pottle.project.survey import Survey
from pottle.project.tree import DictTree
from pottle.toml import Document

SYSTEM = '[build-system]\nrequires = ["x"]\nbuild-backend = "{}"\n'
POETRY = "poetry.core.masonry.api"
NAMED = '[tool.poetry]\nname = "The.Shop"\n'

PACKAGES = {
    "Poetry, a directory": (NAMED, "the_shop/sub/x.py", POETRY),
    "Poetry, a module": (NAMED, "the_shop.py", POETRY),
    "Poetry, in src": (NAMED, "src/the_shop/__init__.py", POETRY),
    "Poetry, stubs": (NAMED, "the_shop/x.pyi", POETRY),
    "Poetry of old": (NAMED + SYSTEM.format("poetry.masonry.api"), "the_shop.py", POETRY),
    "Poetry 2": ('[project]\nname = "p"\n' + SYSTEM.format(POETRY), "p/__init__.py", POETRY),
    "packages by name": (NAMED + 'packages = [{ include = "lib", from = "python" }]\n', "python/lib/x.py", POETRY),
    "packages by pattern": (NAMED + 'packages = [{ include = "lib/**/*.py" }]\n', "lib/a/x.py", POETRY),
    "all below a directory": (NAMED + 'packages = [{ include = "lib/**/*" }]\n', "lib/a/x.py", POETRY),
    "packages that nobody understands": (NAMED + 'packages = ["?"]\n', "x.py", POETRY),
    "Poetry for dependencies alone": (NAMED + SYSTEM.format("hatchling.build"), "x.py", "hatchling.build"),
    "PDM says so": ("[tool.pdm]\ndistribution = true\n", "x.py", "pdm.backend"),
    "PDM said so": ('[tool.pdm]\npackage-type = "library"\n' + SYSTEM.format("x"), "x.py", "x"),
    "uv says so": ("[tool.uv]\npackage = true\n", "x.py", "setuptools.build_meta:__legacy__"),
    "a system": (SYSTEM.format("x"), "x.py", "x"),
}

VIRTUAL = {
    "Poetry finds nothing": (NAMED, "shop.py", "Poetry would find no package here"),
    "nothing that is Python": (NAMED, "the_shop/x.txt", "Poetry would find no package here"),
    "nor what is named": (
        NAMED + 'packages = [{ include = "lib" }]\n',
        "the_shop.py",
        "Poetry would find no package here",
    ),
    "nor with a system": (SYSTEM.format(POETRY), "x.py", "Poetry would find no package here"),
    "package-mode": (NAMED + "package-mode = false\n", "the_shop.py", "`package-mode` says that it is no package"),
    "distribution": ("[tool.pdm]\ndistribution = false\n" + SYSTEM.format("x"), "x.py", "`distribution` says"),
    "package-type": ('[tool.pdm]\npackage-type = "application"\n', "x.py", "`package-type` says"),
    "package": ("[tool.uv]\npackage = false\n" + SYSTEM.format("x"), "x.py", "`package` says"),
    "nobody says so": ("[tool.pdm]\n", "x.py", None),
    "nothing at all": ("", "x.py", None),
}


def survey(text: str, *files: str) -> Survey:
    return Survey(DictTree({"pyproject.toml": text, **dict.fromkeys(files, "")}))


@pytest.mark.parametrize(("text", "file", "backend"), PACKAGES.values(), ids=PACKAGES)
def test_a_package(text: str, file: str, backend: str):
    found = decided(survey(text, file))
    assert isinstance(found, Packaging)
    assert found.backend == backend


@pytest.mark.parametrize(("text", "file", "why"), VIRTUAL.values(), ids=VIRTUAL)
def test_no_package(text: str, file: str, why: str | None):
    found = decided(survey(text, file))
    assert not isinstance(found, Packaging)
    assert (found.value.startswith(why) if isinstance(found, Fact) and why else found is None) is True
    assert packaging(survey(text, file)) is None


BACKENDS = {
    NAMED: POETRY,
    SYSTEM.format("poetry.masonry.api"): POETRY,
    SYSTEM.format("x"): "x",
    "[build-system]\n": "setuptools.build_meta:__legacy__",
    "": "setuptools.build_meta:__legacy__",
}


@pytest.mark.parametrize(("text", "expected"), BACKENDS.items())
def test_how_another_project_is_built(text: str, expected: str):
    assert backend(Document(text, "pyproject.toml")) == expected


def test_a_package_outside_of_the_project_stops():
    text = NAMED + 'packages = [{ include = "lib/core", from = "../../bases" }]\n'
    with pytest.raises(
        ProjectError, match=r"the package lib/core lies outside of the project, in ../../bases/lib"
    ) as caught:
        decided(survey(text, "x.py"))
    assert str(caught.value.at) == "pyproject.toml:3"


def test_a_tree_without_a_project_is_none():
    assert decided(Survey(DictTree({}))) is None
