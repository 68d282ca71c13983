"""What runs without a server."""

import pytest

from pottle.project.detectors.scripts import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

GUARD = 'if __name__ == "__main__":\n    print()\n'
SCRIPTS = '[project]\nname = "p"\n[project.scripts]\nq = "p.q:main"\np = "p.p:main [x]"\n'
BUILD = "[build-system]\nrequires = []\n"


def targets(files: dict[str, str]) -> list[str]:
    return [app.target for app in sorted(detect(Survey(DictTree(files))), key=lambda app: -app.strength)]


FINDS = {
    "main.py": ({"main.py": ""}, ["main.py"]),
    "app.py": ({"app.py": ""}, ["app.py"]),
    "a guarded module": ({"work.py": GUARD}, ["work.py"]),
    "a guard written backwards": ({"work.py": 'if "__main__" == __name__:\n    print()\n'}, ["work.py"]),
    "a package": ({"p/__main__.py": "print()"}, ["p"]),
    "a package in src": ({"src/p/__main__.py": "print()"}, ["p"]),
    "a package within": ({"p/q/__main__.py": "print()", "p/__main__.py": ""}, ["p", "p.q"]),
    "scripts, its own name first": ({"pyproject.toml": SCRIPTS + BUILD}, ["p.p:main", "p.q:main"]),
    "a script that serves before others": (
        {"pyproject.toml": SCRIPTS.replace("p =", "r-server =").replace("q =", "r-client =") + BUILD},
        ["p.p:main", "p.q:main"],
    ),
    "the package of the project's name": (
        {"a/__main__.py": "", "p/__main__.py": "", "pyproject.toml": '[project]\nname = "p"\n'},
        ["p", "a"],
    ),
    "within, where there is nothing else": ({"src/main.py": GUARD}, ["src/main.py"]),
    "within a package, where there is nothing else": ({"p/__init__.py": "", "p/work.py": GUARD}, ["p.work"]),
    "the conventional one of those within": ({"a/work.py": GUARD, "b/main.py": GUARD}, ["b/main.py", "a/work.py"]),
    "nothing within where something is at the root": ({"work.py": GUARD, "a/main.py": GUARD}, ["work.py"]),
    "scripts before a package before main.py": (
        {"main.py": "", "p/__main__.py": "", "pyproject.toml": SCRIPTS + BUILD},
        ["p.p:main", "p.q:main", "p", "main.py"],
    ),
}
QUIET = {
    "a module": {"work.py": "print()"},
    "a guarded module of a library": {"p/work.py": GUARD, "pyproject.toml": '[project]\nname = "p"\n' + BUILD},
    "main.py within": {"p/main.py": ""},
    "a vendored package": {"p/_vendor/x/__main__.py": ""},
    "a test": {"tests/__main__.py": GUARD},
    "setup.py": {"setup.py": GUARD},
}


@pytest.mark.parametrize(("files", "expected"), FINDS.values(), ids=FINDS)
def test_finds(files, expected):
    assert targets(files) == expected


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files):
    assert targets(files) == []


def test_a_script_is_started_by_its_name_only_where_it_is_installed():
    packaged = list(detect(Survey(DictTree({"pyproject.toml": SCRIPTS + BUILD}))))
    virtual = list(detect(Survey(DictTree({"pyproject.toml": SCRIPTS + BUILD + "[tool.uv]\npackage = false\n"}))))
    assert [app.script for app in packaged] == ["q", "p"]
    assert [app.script for app in virtual] == [None, None]


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("import signal\nsignal.signal(signal.SIGTERM, f)", True),
        ("from signal import SIGTERM, signal\nsignal(SIGTERM, f)", True),
        ("import signal\nloop.add_signal_handler(signal.SIGTERM, f)", True),
        ("import signal\nsignal.signal(signal.SIGINT, f)  # not SIGTERM", False),
        ("import os, signal\nos.kill(1, signal.SIGTERM)", False),
    ],
)
def test_own_handlers_of_sigterm(text, handles):
    (app,) = detect(Survey(DictTree({"main.py": text})))
    assert app.handles_sigterm is handles
