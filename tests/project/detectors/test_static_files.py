"""Whether static files are collected, and where."""

import pytest

from pottle.project.detectors.static_files import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

MANAGE = 'import os\nif __name__ == "__main__":\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")\n'
APPS = 'from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nINSTALLED_APPS = ["django.contrib.staticfiles"]\n'
ROOT = APPS + 'STATIC_ROOT = BASE_DIR / "{}"\n'

FIRES = {
    "as startproject has it": (
        {"manage.py": MANAGE.format("site1.settings"), "site1/settings.py": ROOT.format("static")},
        ("manage.py", "static", "site1/settings.py:4"),
    ),
    "below a directory": (
        {"backend/manage.py": MANAGE.format("site1.settings"), "backend/site1/settings.py": ROOT.format("static")},
        ("backend/manage.py", "backend/static", "backend/site1/settings.py:4"),
    ),
    "the settings that manage.py uses": (
        {
            "manage.py": MANAGE.format("site1.settings_prod"),
            "site1/settings.py": ROOT.format("one"),
            "site1/settings_prod.py": ROOT.format("two"),
        },
        ("manage.py", "two", "site1/settings_prod.py:4"),
    ),
    "settings that are imported by those": (
        {
            "manage.py": MANAGE.format("conf.settings.production"),
            "conf/settings/base.py": ROOT.format("static"),
            "conf/settings/production.py": "from conf.settings.base import *\n",
            "aaa/settings.py": ROOT.format("other"),
        },
        ("manage.py", "conf/static", "conf/settings/base.py:4"),
    ),
}

QUIET = {
    "no manage.py": {"site1/settings.py": ROOT.format("static")},
    "no root": {"manage.py": MANAGE.format("site1.settings"), "site1/settings.py": APPS},
    "no static files": {"manage.py": MANAGE.format("s"), "s.py": 'STATIC_ROOT = "static"\n'},
    "out of the project": {"manage.py": MANAGE.format("s"), "s.py": APPS + 'STATIC_ROOT = BASE_DIR / "static"\n'},
    "only when it runs": {
        "manage.py": MANAGE.format("a.s"),
        "a/s.py": APPS + 'import os\nSTATIC_ROOT = os.environ["S"]\n',
    },
}


def found(files: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(each.manage, each.directory, str(each.at)) for each in detect(Survey(DictTree(files)))]


@pytest.mark.parametrize(("files", "expected"), FIRES.values(), ids=FIRES)
def test_fires(files: dict[str, str], expected: tuple[str, str, str]):
    assert found(files) == [expected]


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files: dict[str, str]):
    assert found(files) == []
