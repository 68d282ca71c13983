"""The entry points that a project declares, wherever it does."""

import pytest

from pottle.project import entry_points
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PEP_621 = '[project]\nname = "p"\n[project.scripts]\np = "p.cli:main [x]"\n[project.entry-points."celery.commands"]\nq = "p.q:q"\n'
POETRY = '[tool.poetry]\nname = "p"\n[tool.poetry.scripts]\np = "p.cli:main"\nq = { reference = "p.q:q", type = "console" }\n'
SETUP_CFG = "[metadata]\nname = p\n[options.entry_points]\nconsole_scripts =\n    p = p.cli:main\n    q=p.q:q\n"
SETUP_PY = "from setuptools import setup\nsetup(entry_points={\n  'console_scripts': [\n    'p = p.cli:main',\n  ],\n  'celery.commands': 'q=p.q:q'})\n"

SOURCES = {
    "[project]": ({"pyproject.toml": PEP_621}, ["console_scripts p p.cli:main pyproject.toml:4", "celery.commands q p.q:q pyproject.toml:6"]),
    "Poetry": ({"pyproject.toml": POETRY}, ["console_scripts p p.cli:main pyproject.toml:4", "console_scripts q p.q:q pyproject.toml:5"]),
    "setup.cfg": ({"setup.cfg": SETUP_CFG}, ["console_scripts p p.cli:main setup.cfg:5", "console_scripts q p.q:q setup.cfg:6"]),
    "setup.py": ({"setup.py": SETUP_PY}, ["console_scripts p p.cli:main setup.py:4", "celery.commands q p.q:q setup.py:6"]),
    "setup.py, names for what it says": ({"setup.py": "E = {'console_scripts': ['a = p:a', 'b=p.b : main [x]']}\nsetup(entry_points=E)\n"}, ["console_scripts a p:a setup.py:1", "console_scripts b p.b:main setup.py:1"]),
    "setup.py outranks setup.cfg": ({"setup.py": SETUP_PY, "setup.cfg": SETUP_CFG}, ["console_scripts p p.cli:main setup.py:4", "celery.commands q p.q:q setup.py:6"]),
    "flit's older table": ({"pyproject.toml": '[tool.flit.scripts]\np = "p.cli:main"\n[tool.flit.entrypoints."flask.commands"]\nq = "p.q:q"\n'}, ["console_scripts p p.cli:main pyproject.toml:2", "flask.commands q p.q:q pyproject.toml:4"]),
    "the first that has any": ({"pyproject.toml": PEP_621, "setup.cfg": SETUP_CFG}, ["console_scripts p p.cli:main pyproject.toml:4", "celery.commands q p.q:q pyproject.toml:6"]),
    "beside a pyproject.toml without": ({"pyproject.toml": "[build-system]\nrequires = []\n", "setup.py": SETUP_PY}, ["console_scripts p p.cli:main setup.py:4", "celery.commands q p.q:q setup.py:6"]),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), SOURCES.values(), ids=SOURCES)
def test_reads(files: dict[str, str], expected: list[str]):
    assert [f"{e.group} {e.name} {e.target} {e.at}" for e in entry_points.read(Survey(DictTree(files)))] == expected


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"pyproject.toml": '[project]\nname = "p"\n'},
        {"setup.cfg": "[options.entry_points\n"},
        {"setup.cfg": "[options]\n"},
        {"setup.py": "from setuptools import setup\nsetup(entry_points=read())\n"},
        {"setup.py": "setup(("},
    ],
)
def test_nothing_literal_gives_nothing(files: dict[str, str]):
    assert list(entry_points.read(Survey(DictTree(files)))) == []


@pytest.mark.parametrize(
    ("text", "installed"),
    [
        (None, False),
        ('[project]\nname = "p"\n', False),
        ('[project]\nname = "p"\n[build-system]\nrequires = []\n', True),
        ('[project]\nname = "p"\n[build-system]\nrequires = []\n[tool.uv]\npackage = false\n', False),
    ],
)
def test_whether_the_project_is_installed(text: str | None, installed: bool):
    assert entry_points.installed(Survey(DictTree({"pyproject.toml": text} if text else {}))) is installed
