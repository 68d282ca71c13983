"""Whether the project's code starts a shell."""

import pytest

from pottle.project.detectors.shell import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

FIRES = [
    "import os\nos.system('ls')",
    "from os import system as run\nrun('ls')",
    "import subprocess\nsubprocess.run('ls', shell=True)",
    "from subprocess import Popen\nPopen('ls', shell=True)",
    "import asyncio\nasyncio.create_subprocess_shell('ls')",
    "import subprocess\nsubprocess.getoutput('ls')",
]
QUIET = [
    "import subprocess\nsubprocess.run(['ls'])  # shell=True",
    "import subprocess\nsubprocess.run(['ls'], shell=False)\n# shell=True",
    "import mine\nmine.run('x', shell=True)",
    "def system(x): ...\nsystem('os.system')",
    "'os.system(x)'",
]


@pytest.mark.parametrize("text", FIRES)
def test_fires_with_its_line(text):
    (said,) = detect(Survey(DictTree({"a.py": text})))
    assert (said.subject, str(said.at)) == ("shell", "a.py:2")


@pytest.mark.parametrize("text", QUIET)
def test_stays_quiet(text):
    assert list(detect(Survey(DictTree({"a.py": text})))) == []


def test_tests_may_start_shells():
    assert list(detect(Survey(DictTree({"tests/a.py": FIRES[0]})))) == []
