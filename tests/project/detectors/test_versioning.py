"""Whether the version is in version control alone, and by which tool."""

import pytest

from pottle.project.detectors.versioning import detect
from pottle.project.facts import Versioning
from pottle.project.survey import Survey
from pottle.project.tree import DictTree
from pottle.text import Location


def found(pyproject: str = "", **files: str) -> list[Versioning]:
    tree = {"pyproject.toml": pyproject} if pyproject else {}
    return list(detect(Survey(DictTree(tree | {name.replace("_", "."): text for name, text in files.items()}))))


def built(backend: str, *requires: str, dynamic: bool = True) -> str:
    version = 'dynamic = ["version"]' if dynamic else 'version = "1.0"'
    wanted = ", ".join(f'"{each}"' for each in requires)
    return f'[project]\nname = "p"\n{version}\n[build-system]\nrequires = [{wanted}]\nbuild-backend = "{backend}"\n'


SETUPTOOLS = built("setuptools.build_meta", "setuptools>=64", "setuptools_scm[toml]>=8")
HATCH = built("hatchling.build", "hatchling", "hatch-vcs") + '[tool.hatch.version]\nsource = "vcs"\n'

FIRES = {
    "setuptools-scm": (SETUPTOOLS + "[tool.setuptools_scm]\n", "setuptools-scm", 5),
    "setuptools-scm, by dynamic alone": (SETUPTOOLS, "setuptools-scm", 5),
    "setuptools-scm, through flit": (built("flit_scm:buildapi", "flit_scm"), "setuptools-scm", 6),
    "hatch-vcs": (HATCH, "hatch-vcs", 8),
    "versioningit, in hatch": (HATCH.replace('"vcs"', '"versioningit"'), "versioningit", 8),
    "versioningit, in setuptools": (
        built("setuptools.build_meta", "setuptools", "versioningit") + "[tool.versioningit]\n",
        "versioningit",
        5,
    ),
    "uv-dynamic-versioning": (
        HATCH.replace('"vcs"', '"uv-dynamic-versioning"'),
        "uv-dynamic-versioning",
        8,
    ),
    "pdm-backend": (built("pdm.backend", "pdm-backend") + '[tool.pdm.version]\nsource = "scm"\n', "pdm-backend", 8),
    "poetry-dynamic-versioning": (
        built("poetry_dynamic_versioning.backend", "poetry-core", "poetry-dynamic-versioning")
        + "[tool.poetry-dynamic-versioning]\nenable = true\n",
        "poetry-dynamic-versioning",
        8,
    ),
    "setuptools-git-versioning": (
        built("setuptools.build_meta", "setuptools", "setuptools-git-versioning<3")
        + "[tool.setuptools-git-versioning]\nenabled = true\n",
        "setuptools-git-versioning",
        5,
    ),
    "pbr": (built("pbr.build", "pbr>=6"), "pbr", 6),
}


@pytest.mark.parametrize(("pyproject", "tool", "line"), FIRES.values(), ids=FIRES)
def test_fires_with_its_line(pyproject, tool, line):
    (versioning,) = found(pyproject)
    assert (versioning.tool, versioning.at) == (tool, Location("pyproject.toml", line))


@pytest.mark.parametrize(
    ("text", "tool"),
    [("setup(\n  use_scm_version=True)", "setuptools-scm"), ("setup(\n  setup_requires=['pbr'], pbr=True)", "pbr")],
)
def test_fires_for_setup_py(text, tool):
    (versioning,) = found(setup_py=text)
    assert (versioning.tool, versioning.at) == (tool, Location("setup.py", 2))


QUIET = {
    "no build system": '[project]\nname = "p"\ndynamic = ["version"]\n[tool.setuptools_scm]\n',
    "a version that is written down": built("setuptools.build_meta", "setuptools-scm", dynamic=False),
    "hatch reads a module": HATCH.replace('source = "vcs"', 'path = "p/__init__.py"'),
    "hatch has it all": built("hatchling.build", "hatchling", dynamic=False),
    "pdm reads a module": built("pdm.backend", "pdm-backend") + '[tool.pdm.version]\nsource = "file"\npath = "p.py"\n',
    "poetry's plugin is off": built("poetry.core.masonry.api", "poetry-core")
    + "[tool.poetry-dynamic-versioning]\nenable = false\n",
    "setuptools reads a module": built("setuptools.build_meta", "setuptools")
    + '[tool.setuptools.dynamic]\nversion = { attr = "p.__version__" }\n',
    "requirements that are none": built("setuptools.build_meta", "???"),
}


@pytest.mark.parametrize("pyproject", QUIET.values(), ids=QUIET)
def test_stays_quiet(pyproject):
    assert found(pyproject) == []


@pytest.mark.parametrize("text", ["setup(use_scm_version=False)", "# setup(use_scm_version=True)", "setup()"])
def test_stays_quiet_for_setup_py(text):
    assert found(setup_py=text) == []


def test_reads_the_form_that_is_configured():
    options = (
        'version_scheme = "no-guess-dev"\nlocal_scheme = "no-local-version"\nfallback_version = "0.9"\n'
        'version_file = "p/_version.py"\ngit_describe_command = ["git", "describe", "--long", "--match", "app-*"]\n'
    )
    (versioning,) = found(SETUPTOOLS + "[tool.setuptools_scm]\n" + options)
    expected = Versioning(
        "setuptools-scm",
        versioning.at,
        "no-guess-dev",
        local=False,
        fallback="0.9",
        tags=("app-*",),
        file="p/_version.py",
    )
    assert versioning == expected
    (versioning,) = found(HATCH + 'fallback-version = "0.9"\n[tool.hatch.version.raw-options]\n' + options)
    assert versioning == Versioning("hatch-vcs", versioning.at, *_rest(expected))


def _rest(versioning: Versioning) -> tuple[object, ...]:
    return versioning.scheme, versioning.local, versioning.fallback, versioning.tags, versioning.file


@pytest.mark.parametrize(
    ("options", "scheme", "tags"),
    [
        ("", "dunamai", ("v[0-9]*",)),
        ("bump = true\n", "bump", ("v[0-9]*",)),
        ('pattern = "default-unprefixed"\n', "dunamai", ("*[0-9]*",)),
    ],
)
def test_reads_the_form_that_poetrys_plugin_is_told(options, scheme, tags):
    (versioning,) = found(FIRES["poetry-dynamic-versioning"][0] + options + "metadata = false\n")
    assert (versioning.scheme, versioning.tags, versioning.local) == (scheme, tags, False)
