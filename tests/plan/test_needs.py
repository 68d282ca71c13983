"""What goes into the environment: from a lock, from a list, or not at all."""

import re
from types import MappingProxyType

import pytest

from pottle.config.options import Options
from pottle.errors import ConfigError, ProjectError
from pottle.oci.platform import Platform
from pottle.plan.bases import of
from pottle.plan.model import Requirement
from pottle.plan.needs import Needs, held
from pottle.plan.wheels import Installed
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.text import Location

TRIXIE, AMD64 = of("debian:trixie"), Platform.parse("linux/amd64")
PROJECT = '[project]\nname = "p"\nversion = "1"\n'


def needs(files: dict[str, str], options: Options | None = None) -> Needs:
    return Needs(read_project(DictTree(files)), options or Options(), AMD64)


def listed(text: str, **more: str) -> tuple[Requirement, ...]:
    return needs({"requirements.txt": text, **more}).installed(TRIXIE).requirements


def wanted(text: str) -> list[str | None]:
    return [requirement.wanted for requirement in listed(text)]


# --- locks that name no place ---------------------------------------------------------------------

POETRY = """[[package]]
name = "a"
version = "1.0"
optional = false
python-versions = "*"
files = [
    {{file = "{file}", hash = "{digest}"}},
]

[package.dependencies]
setuptools = "*"
{source}
[metadata]
lock-version = "1.1"
python-versions = "*"
content-hash = ""
"""
INDEX = '[package.source]\ntype = "legacy"\nurl = "https://index.example/simple"\nreference = "x"\n'


def poetrys(file: str, digest: str = f"sha256:{'0' * 64}", source: str = "") -> Installed:
    asks = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\na = "*"\n'
    lock = POETRY.format(file=file, digest=digest, source=source)
    return needs({"pyproject.toml": asks, "poetry.lock": lock}).installed(TRIXIE)


def test_what_has_no_version_is_wanted_by_its_name():
    wheel, setuptools = poetrys("a-1.0-py3-none-any.whl").requirements
    assert (wheel.wheel.url if wheel.wheel else "", wheel.index) == (None, None)
    assert (setuptools.wanted, setuptools.version, setuptools.hashes) == ("setuptools", None, ())


@pytest.mark.parametrize(("source", "index"), [("", None), (INDEX, "https://index.example/simple")])
def test_a_source_archive_without_a_place_is_one_of_an_index(source: str, index: str | None):
    (found,) = poetrys("a-1.0.tar.gz", source=source).sources
    assert (found.url, found.index, found.version, found.sha256) == (None, index, "1.0", "0" * 64)


def test_no_wheel_that_fits_says_how_its_manager_finds_a_newer_one():
    with pytest.raises(ProjectError) as caught:
        poetrys("a-1.0-cp36-cp36m-win32.whl")
    assert caught.value.hint == "see whether a newer version has one: `poetry update a`"


def test_a_weak_hash_is_none():
    with pytest.raises(ProjectError, match=r"the lock has no hash for a-1\.0-py3-none-any\.whl"):
        poetrys("a-1.0-py3-none-any.whl", "md5:0")


# --- lists that no lock has decided ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flask\n", ["flask"]),
        ("Flask[async,dotenv]>=3,<4\n", ["flask[async,dotenv]<4,>=3"]),
        ("flask==3.1.2\n", ["flask==3.1.2"]),
        ("a; sys_platform == 'win32'\nb; python_version >= '3.13'\n", ["b"]),
        ("a>=1\na[x]<2\na[y]!=1.5\n", ["a[x,y]!=1.5,<2,>=1"]),
        ("b\na\n", ["a", "b"]),
        (
            "w @ https://files.example/w-1-py3-none-any.whl\nb\n",
            ["b", "w @ https://files.example/w-1-py3-none-any.whl"],
        ),
    ],
)
def test_what_is_wanted_reaches_locking_as_it_is_written(text: str, expected: list[str]):
    assert wanted(text) == expected


def test_a_hash_in_a_loose_list_still_binds():
    (a, b) = listed(f"a==1 --hash=sha256:{'1' * 64}\nb\n")
    assert (a.version, a.hashes) == ("1", (f"sha256:{'1' * 64}",))
    assert (b.version, b.hashes, b.at) == (None, (), "requirements.txt:2")


def test_a_complete_list_is_a_lock_and_is_not_resolved():
    found = needs(
        {"requirements.txt": f"a==1 --hash=sha256:{'1' * 64}\nb==2; sys_platform == 'win32' --hash=sha256:{'2' * 64}\n"}
    )
    assert not found.unresolved
    assert [(r.name, r.version, r.wanted) for r in found.installed(TRIXIE).requirements] == [("a", "1", "a==1")]


def test_without_any_dependency_nothing_is_needed():
    assert needs({"main.py": ""}).installed(TRIXIE) == Installed()


def test_everything_that_is_no_wheel_is_warned_about_at_once():
    text = "g @ git+https://git.example/g\ns @ https://files.example/s-1.tar.gz\np @ file:///tmp/p-1.tar.gz\n"
    found = needs({"requirements.txt": text}).installed(TRIXIE)
    assert [re.split(": ", warning)[:2] for warning in found.warnings] == [
        ["requirements.txt:1", "g is a repository"],
        ["requirements.txt:2", "s is a source archive"],
        ["requirements.txt:3", "p is a source archive"],
    ]
    assert needs({"requirements.txt": text}, Options(source_builds=("*",))).installed(TRIXIE).warnings == ()


# --- extras and groups ----------------------------------------------------------------------------

EXTRAS = PROJECT + (
    'dependencies = ["a"]\n[project.optional-dependencies]\nfast = ["b"]\n[dependency-groups]\ndev = ["c"]\njobs = ["d"]\n'
)


def asked(**fields: tuple[str, ...]) -> list[str]:
    origins = MappingProxyType({name: Location("pottle.toml", 3) for name in fields})
    found = needs({"pyproject.toml": EXTRAS}, Options(**fields, origins=origins))  # type: ignore[arg-type]
    return [requirement.name for requirement in found.installed(TRIXIE).requirements]


def test_extras_and_groups_are_installed_for_who_asks():
    assert asked() == ["a"]
    assert asked(extras=("Fast",)) == ["a", "b"]
    assert asked(groups=("jobs",)) == ["a", "d"]
    assert asked(extras=("fast",), groups=("dev", "jobs")) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("fields", "what", "hint"),
    [
        ({"extras": ("fats",)}, "the project has no extra 'fats'", "did you mean `fast`?"),
        ({"groups": ("test",)}, "the project has no group 'test'", "it has dev, jobs"),
    ],
)
def test_an_unknown_one_is_an_error_with_a_suggestion(fields: dict[str, tuple[str, ...]], what: str, hint: str):
    with pytest.raises(ConfigError) as caught:
        asked(**fields)
    assert (caught.value.what, caught.value.hint) == (what, hint)
    assert caught.value.at == Location("pottle.toml", 3)


def test_a_project_without_extras_says_so():
    with pytest.raises(ConfigError) as caught:
        needs({"main.py": ""}, Options(extras=("x",)))
    assert caught.value.hint == "it has no extras"


def test_a_server_is_found_under_its_name_and_in_extras_that_bring_one():
    names = held(Installed(listed("fastapi[standard]\nhttpx\n")))
    assert names == {"fastapi": "requirements.txt:1", "uvicorn": "requirements.txt:1", "httpx": "requirements.txt:2"}
