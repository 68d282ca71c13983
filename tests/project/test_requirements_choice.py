"""Which requirements file is the one for production."""

import pytest

from pottle.project.requirements_choice import choose
from pottle.project.survey import Survey
from pottle.project.tree import DictTree


def chosen(*paths: str, **texts: str):
    return choose(Survey(DictTree({**dict.fromkeys(paths, ""), **texts})))


CHOSEN = {
    "the plain one": (["requirements.txt", "requirements-dev.txt"], "requirements.txt"),
    "before a folder": (["requirements.txt", "requirements/production.txt"], "requirements.txt"),
    "for production": (["requirements/base.txt", "requirements/production.txt", "requirements/dev.txt"], "requirements/production.txt"),
    "for production, beside": (["requirements-prod.txt", "requirements-base.txt"], "requirements-prod.txt"),
    "the other way round": (["prod-requirements.txt", "test-requirements.txt"], "prod-requirements.txt"),
    "the base of others": (["requirements/base.txt", "requirements/test.txt", "requirements/local.txt"], "requirements/base.txt"),
    "the default": (["requirements/default.txt", "requirements/docs.txt", "requirements/base.txt"], "requirements/default.txt"),
    "twice named": (["requirements/requirements.txt", "requirements/requirements-dev.txt"], "requirements/requirements.txt"),
    "the only one": (["requirements/py3.txt", "requirements/lint.txt"], "requirements/py3.txt"),
    "a source": (["requirements.in", "requirements-dev.in"], "requirements.in"),
    "compiled from one": (["requirements.in", "requirements.txt"], "requirements.txt"),
    "compiled in a folder": (["requirements/prod.in", "requirements/prod.txt"], "requirements/prod.txt"),
    "with a dot": (["requirements.prod.txt", "requirements.test.txt"], "requirements.prod.txt"),
}  # fmt: skip

NONE = {
    "for development": [
        "requirements-dev.txt",
        "requirements/test.txt",
        "docs-requirements.txt",
        "requirements_lint.txt",
    ],
    "elsewhere": ["docs/requirements.txt", "lib/requirements.txt", "requirements/py/a.txt"],
    "something else": ["robots.txt", "LICENSE.txt", "recruitments.md", "notes.txt"],
    "nothing": ["main.py"],
}


@pytest.mark.parametrize(("paths", "expected"), CHOSEN.values(), ids=CHOSEN)
def test_chosen(paths: list[str], expected: str):
    found = chosen(*paths)
    assert found is not None
    assert (found.path, found.rival, found.misspelt) == (expected, None, False)


@pytest.mark.parametrize("paths", NONE.values(), ids=NONE)
def test_stays_quiet(paths: list[str]):
    assert chosen(*paths) is None


def test_a_list_for_production_that_builds_on_the_plain_one_is_above_it():
    for include in ("-r requirements.txt", "--requirement=./requirements.txt"):
        found = chosen("requirements.txt", **{"requirements-prod.txt": f"{include}\ngunicorn\n"})
        assert found is not None
        assert found.path == "requirements-prod.txt"


def test_equals_are_both_named():
    found = chosen("requirements/prod.txt", "requirements/production.txt")
    assert found is not None
    assert (found.path, found.rival) == ("requirements/prod.txt", "requirements/production.txt")


def test_unless_one_includes_the_other():
    found = chosen("requirements/prod.txt", **{"requirements/production.txt": "-r prod.txt\n"})
    assert found is not None
    assert (found.path, found.rival) == ("requirements/production.txt", None)


@pytest.mark.parametrize("path", ["requirments.txt", "requirement.txt", "Requirements.txt", "requirements.text"])
def test_a_slip_of_the_pen_is_noticed(path: str):
    found = chosen(path, "robots.txt")
    assert found is not None
    assert (found.path, found.misspelt) == (path, True)
