"""What projects declare, whichever of their files says it."""

import pytest

from pottle.errors import ProjectError
from pottle.project.declared import Metadata
from pottle.project.metadata import read
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PROJECT = '[project]\nname = "p"\nversion = "1"\n'
DYNAMIC = '[project]\nname = "p"\ndynamic = ["version", "dependencies"]\n'


def metadata(files: dict[str, str]) -> Metadata:
    return read(Survey(DictTree({**files})))


def names(found: Metadata) -> list[str] | None:
    return (
        None
        if found.needs is None
        else [f"{one.dependency.name} {one.dependency.at}" for one in found.needs.dependencies]
    )


SETUP = (
    "from setuptools import setup\nsetup(name='p', version='1.0', install_requires=['idna'], python_requires='>=3.9')\n"
)
CONFIG = "[metadata]\nname = q\nversion = 2.0\n[options]\ninstall_requires =\n    six\n"

DECLARED = {
    "[project]": ({"pyproject.toml": PROJECT + 'dependencies = ["idna"]\n'}, "pyproject", ["idna pyproject.toml:4"]),
    "setup.py": ({"setup.py": SETUP}, "setuptools", ["idna setup.py:2"]),
    "setup.cfg": ({"setup.cfg": CONFIG}, "setuptools", ["six setup.cfg:6"]),
    "setup() outranks setup.cfg": ({"setup.py": SETUP, "setup.cfg": CONFIG}, "setuptools", ["idna setup.py:2"]),
    "setup() says nothing": ({"setup.py": "setup()", "setup.cfg": CONFIG}, "setuptools", ["six setup.cfg:6"]),
    "beside a pyproject of tools": ({"setup.py": SETUP, "pyproject.toml": "[tool.black]\n"}, "setuptools", ["idna setup.py:2"]),
    "flit's old table": (
        {"pyproject.toml": '[tool.flit.metadata]\nmodule = "p"\nrequires = [\n  "idna",\n]\n'}, "flit", ["idna pyproject.toml:4"],
    ),
    "a file of setuptools": (
        {
            "pyproject.toml": DYNAMIC + '[tool.setuptools.dynamic]\ndependencies = { file = ["requirements.in"] }\n',
            "requirements.in": "# ours\nidna\n",
        },
        *("pyproject", ["idna requirements.in:2"]),
    ),
    "dynamic in setup.py": ({"pyproject.toml": DYNAMIC, "setup.py": SETUP}, "pyproject", ["idna setup.py:2"]),
    "a file of Hatch's plugin": (
        {
            "pyproject.toml": DYNAMIC + '[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\n'
            '[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ["requirements.txt"]\n',
            "requirements.txt": "idna\n",
        },
        *("pyproject", ["idna requirements.txt:1"]),
    ),
    "pbr": ({"setup.py": "setup(setup_requires=['pbr'], pbr=True)", "requirements.txt": "idna"}, "setuptools", ["idna requirements.txt:1"]),
    "a conditional extra": ({"setup.py": "setup(extras_require={':python_version < \"3.11\"': ['tomli']})"}, "setuptools", ["tomli setup.py:1"]),
}  # fmt: skip


@pytest.mark.parametrize(("files", "kind", "expected"), DECLARED.values(), ids=DECLARED)
def test_what_is_declared(files: dict[str, str], kind: str, expected: list[str]):
    found = metadata(files)
    assert (found.kind, names(found), found.asks) == (kind, expected, None)


ASKED = {
    "a plugin's": (
        {"pyproject.toml": DYNAMIC + '[build-system]\nrequires = []\nbuild-backend = "own"\n'},
        "pyproject.toml:3",
    ),
    "nobody's": ({"pyproject.toml": DYNAMIC}, "pyproject.toml:3"),
    "computed": ({"setup.py": "import x\nsetup(install_requires=x.y())"}, "setup.py:2"),
    "computed, for a pyproject": (
        {"pyproject.toml": DYNAMIC, "setup.py": "\nsetup(install_requires=y())"},
        "setup.py:2",
    ),
}


@pytest.mark.parametrize(("files", "at"), ASKED.values(), ids=ASKED)
def test_what_only_the_backend_knows(files: dict[str, str], at: str):
    assert str(metadata(files).asks) == at


def test_extras_and_groups():
    found = metadata(
        {
            "setup.py": "setup(extras_require={'Fast_Json': ['orjson']})",
            "setup.cfg": "[options.extras_require]\ndocs = sphinx\n",
            "pyproject.toml": '[dependency-groups]\ndev = ["pytest"]\n',
        }
    )
    assert found.needs is not None
    assert {name: [one.dependency.name for one in more] for name, more in found.needs.extras} == {
        "docs": ["sphinx"],
        "fast-json": ["orjson"],
    }
    assert [name for name, _ in found.needs.groups] == ["dev"]


VERSIONS = {
    "in setup()": ({"setup.py": SETUP}, "1.0 setup.py:2"),
    "in setup.cfg": ({"setup.cfg": CONFIG}, "2.0 setup.cfg:3"),
    "an attribute": (
        {"setup.cfg": "[metadata]\nversion = attr: p.about.V\n", "p/about.py": "X = 1\nV = '3.0'\n"},
        "3.0 p/about.py:2",
    ),
    "an attribute of a package below src": (
        {
            "pyproject.toml": DYNAMIC + '[tool.setuptools.dynamic]\nversion = { attr = "p.__version__" }\n',
            "src/p/__init__.py": "__version__: str = '4.0'\n",
        },
        "4.0 src/p/__init__.py:1",
    ),
    "flit's": ({"pyproject.toml": '[tool.flit.metadata]\nmodule = "p"\n', "p.py": "__version__ = '5.0'\n"}, "5.0 p.py:1"),
    "computed": ({"setup.py": "setup(version=run())"}, None),
    "an attribute that is computed": ({"setup.cfg": "[metadata]\nversion = attr: p.V\n", "p.py": "V = run()\n"}, None),
    "an attribute that is none": ({"setup.cfg": "[metadata]\nversion = attr: p.V\n", "p.py": "V = 'one'\n"}, None),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), VERSIONS.values(), ids=VERSIONS)
def test_versions(files: dict[str, str], expected: str | None):
    found = metadata(files).version
    assert (None if found is None else f"{found.value} {found.at}") == expected


def test_a_project_in_another_directory():
    found = read(
        Survey(
            DictTree(
                {"lib/setup.py": "setup(name='lib', install_requires=open('r.txt').readlines())", "lib/r.txt": "six"}
            )
        ),
        "lib",
    )
    assert names(found) == ["six lib/r.txt:1"]


@pytest.mark.parametrize(("files", "what"), [
    ({"setup.py": "setup(install_requires=['a => 3'])"}, "setup.py:1: 'a => 3' is no requirement"),
    ({"setup.py": "setup(extras_require={'a:on tuesdays': ['x']})"}, "setup.py:1: 'on tuesdays' is no marker"),
    ({"setup.cfg": "[options]\ninstall_requires = file: gone.txt\n"}, "setup.cfg:2: gone.txt does not exist"),
    ({"pyproject.toml": '[tool.flit.metadata]\nmodule = "p"\nrequires = "a"\n'}, "pyproject.toml:3: `tool.flit.metadata.requires` has to be a list"),
])  # fmt: skip
def test_what_no_tool_would_understand_stops(files: dict[str, str], what: str):
    with pytest.raises(ProjectError) as caught:
        metadata(files)
    assert str(caught.value).startswith(what)


def test_nothing_declares_nothing():
    assert metadata({"main.py": ""}) == Metadata()
