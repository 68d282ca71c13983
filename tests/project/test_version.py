"""A version out of version control is the one that the project's own tool would give."""

from dataclasses import replace

import pytest
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.project.checkout import Described
from pottle.project.facts import Versioning
from pottle.project.tree import DictTree
from pottle.project.version import Pretence, derive, given, number, pretence, tagged
from pottle.text import Location

NODE = "29045e8c0ffee29045e8c0ffee29045e8c0ffee2"
AT = Location("pyproject.toml", 3)
SCM = Versioning("setuptools-scm", AT)
VERSIONED = {
    "setuptools-scm": (SCM, "1.2.4.dev5+g29045e8c0", "0.1.dev5+g29045e8c0"),
    "setuptools-scm, no guess": (
        replace(SCM, scheme="no-guess-dev"),
        "1.2.3.post1.dev5+g29045e8c0",
        "0.0.post1.dev5+g29045e8c0",
    ),
    "setuptools-scm, the next minor": (
        replace(SCM, scheme="guess-next-minor"),
        "1.3.0.dev5+g29045e8c0",
        "0.1.0.dev5+g29045e8c0",
    ),
    "setuptools-scm, the next patch": (
        replace(SCM, scheme="guess-next-patch"),
        "1.2.4.dev5+g29045e8c0",
        "0.0.1.dev5+g29045e8c0",
    ),
    "setuptools-scm, post-releases": (
        replace(SCM, scheme="post"),
        "1.2.3.post5+g29045e8c0",
        "0.0.post5+g29045e8c0",
    ),
    "setuptools-scm, the tag alone": (replace(SCM, scheme="only-version"), "1.2.3", "0.0"),
    "setuptools-scm, no commit": (replace(SCM, local=False), "1.2.4.dev5", "0.1.dev5"),
    "pdm-backend": (Versioning("pdm-backend", AT), "1.2.4.dev5+g29045e8", "0.1.dev5+g29045e8"),
    "pbr": (Versioning("pbr", AT, "guess-next-patch", local=False), "1.2.4.dev5", "0.0.1.dev5"),
    "dunamai": (
        Versioning("uv-dynamic-versioning", AT, "dunamai"),
        "1.2.3.post5.dev0+29045e8",
        "0.0.0.post5.dev0+29045e8",
    ),
    "dunamai, bumped": (
        Versioning("poetry-dynamic-versioning", AT, "bump"),
        "1.2.4.dev5+29045e8",
        "0.0.1.dev5+29045e8",
    ),
    "versioningit": (Versioning("versioningit", AT, "post"), "1.2.3.post5+g29045e8", "0.0.post5+g29045e8"),
    "setuptools-git-versioning": (
        Versioning("setuptools-git-versioning", AT, "post"),
        "1.2.3.post5+git.29045e8c",
        "0.0.post5+git.29045e8c",
    ),
}


@pytest.mark.parametrize(("versioning", "after", "untagged"), VERSIONED.values(), ids=VERSIONED)
def test_numbers(versioning, after, untagged):
    assert number(versioning, Version("1.2.3"), 0, NODE) == "1.2.3"
    assert number(versioning, Version("1.2.3"), 5, NODE) == after
    assert number(versioning, None, 5, NODE) == untagged


@pytest.mark.parametrize(
    ("tag", "after"),
    [
        ("v2", "3.dev5"),
        ("1.0rc1", "1.0rc2.dev5"),
        ("1.0.post2", "1.0.post3.dev5"),
        ("1.1.dev0", "1.1.dev5"),
        ("1!2.0", "1!2.1.dev5"),
    ],
)
def test_the_last_number_is_what_comes_next(tag, after):
    assert number(replace(SCM, local=False), tagged(tag), 5, NODE) == after


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("V1.2", "1.2"),
        ("shop-1.2.3", "1.2.3"),
        ("my-shop-v1.2", "1.2"),
        ("release/1.2", "1.2"),
        ("1.2.3+build", "1.2.3"),
        ("v1.0.0-rc.1", "1.0.0rc1"),
        ("latest", None),
        ("build-of-monday", None),
    ],
)
def test_a_tag_names_a_version(tag, version):
    assert tagged(tag) == (version and Version(version))


# --- where it is from -----------------------------------------------------------------------------

TAGGED = Described("v1.2.3", 5, NODE, shallow=False)
SDIST = {"PKG-INFO": "Metadata-Version: 2.1\nName: p\nVersion: 3.0\n"}
ARCHIVE = {
    ".git_archival.txt": f"node: {NODE}\nnode-date: 2026\ndescribe-name: v4.0-2-g29045e8c0\nref-names: HEAD -> main\n"
}
AT_TAG = {".git_archival.txt": "ref-names: HEAD -> main, tag: latest, tag: v4.0\n"}
RAW = {".git_archival.txt": "node: $Format:%H$\ndescribe-name: $Format:%(describe)$\nref-names: $Format:%D$\n"}
MODULE = {"p/_version.py": "TYPE_CHECKING = False\n__version__ = version = '5.0'\n__version_tuple__ = (5, 0)\n"}
CONFIGURED = replace(SCM, file="p/_version.py", fallback="6.0")


@pytest.mark.parametrize(
    ("files", "described", "environ", "version"),
    [
        (SDIST, TAGGED, {"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_APP": "7"}, "7"),
        (SDIST, TAGGED, {"SETUPTOOLS_SCM_PRETEND_VERSION": "7.0"}, "7.0"),
        (SDIST, TAGGED, {"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_OTHER": "7"}, "1.2.4.dev5+g29045e8c0"),
        (SDIST | ARCHIVE | MODULE, None, {}, "3.0"),
        (ARCHIVE | MODULE, None, {}, "4.1.dev2+g29045e8c0"),
        (AT_TAG | MODULE, None, {}, "4.0"),
        (RAW | MODULE, None, {}, "5.0"),
        ({}, None, {}, "6.0"),
        ({}, Described(None, 5, NODE, shallow=False), {}, "6.0"),
        ({}, Described("no-number-1x", 5, NODE, shallow=False), {}, "6.0"),
    ],
)
def test_the_first_that_knows_it_is_believed(files, described, environ, version):
    found = derive(CONFIGURED, "my-app", DictTree(files), described, environ)
    assert (found.version, found.warning) == (version, None)


def test_a_version_that_nothing_says_is_taken_and_warned_about():
    found = derive(SCM, "app", DictTree({}), None, {})
    assert found.version == "0.0.0"
    assert found.warning == (
        "the version is in version control, which is not here: 0.0.0 is taken, "
        "unless SETUPTOOLS_SCM_PRETEND_VERSION says another"
    )


def test_a_history_that_was_cut_is_warned_about():
    found = derive(SCM, "app", DictTree({}), Described(None, 1, NODE, shallow=True), {})
    assert found.version == "0.1.dev1+g29045e8c0"
    assert "shallow" in str(found.warning)
    assert derive(SCM, "app", DictTree({}), replace(TAGGED, shallow=True), {}).warning is None


def test_a_variable_that_is_no_version_is_an_error():
    with pytest.raises(ProjectError, match="PDM_BUILD_SCM_VERSION is 'main', which is no version") as caught:
        derive(Versioning("pdm-backend", AT), "app", DictTree({}), TAGGED, {"PDM_BUILD_SCM_VERSION": "main"})
    assert caught.value.at == AT


# --- how a tool is told ---------------------------------------------------------------------------


def test_setuptools_scm_may_ask_git_for_files():
    variables = ("SETUPTOOLS_SCM_PRETEND_VERSION", "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_APP")
    assert pretence(SCM.tool, "my-app", "1.0") == Pretence(
        tuple((name, "1.0") for name in variables), None, repository=True
    )


def test_a_tool_without_a_variable_reads_what_an_sdist_has():
    told = pretence("versioningit", "app", "1.0")
    assert told == Pretence((), "Metadata-Version: 2.1\nName: app\nVersion: 1.0\n")


def test_what_the_caller_says_reaches_a_tool_that_was_not_found():
    said = {"PBR_VERSION": "1", "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_X": "2", "SETUPTOOLS_USE_DISTUTILS": "stdlib"}
    assert given(said) == Pretence((("PBR_VERSION", "1"), ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_X", "2")))
