"""`[scripts]` of a `Pipfile`."""

import pytest

from pottle.project.detectors.pipfile_scripts import NAMED, detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

FILES = {"src/server.py": "", "shop/__main__.py": "", "tool.py": "", "manage.py": ""}


def found(script: str):
    return list(detect(Survey(DictTree({"Pipfile": f"[scripts]\n{script}\n", **FILES}))))


FIRES = {
    "a file": ('start = "python src/server.py --fast"', "src/server.py", ("--fast",)),
    "a module": ('serve = "python3 -u -m shop"', "shop", ()),
    "a table": ('bot = {cmd = "python tool.py"}', "tool.py", ()),
}
QUIET = {
    "another name": 'test = "python tool.py"',
    "another program": 'start = "gunicorn shop:app"',
    "a development server": 'start = "python manage.py runserver"',
    "a module of another": 'start = "python -m http.server"',
    "no such file": 'start = "python gone.py"',
    "a lone quotation mark": 'start = "python \'tool.py"',
    "nothing at all": 'start = "python"',
}


@pytest.mark.parametrize(("script", "target", "arguments"), FIRES.values(), ids=FIRES)
def test_fires(script: str, target: str, arguments: tuple[str, ...]):
    (app,) = found(script)
    assert (app.target, app.arguments, app.strength, str(app.at)) == (target, arguments, NAMED, "Pipfile:2")


@pytest.mark.parametrize("script", QUIET.values(), ids=QUIET)
def test_stays_quiet(script: str):
    assert found(script) == []


def test_stays_quiet_without_a_pipfile():
    assert list(detect(Survey(DictTree(FILES)))) == []


def test_a_handler_of_sigterm_is_noticed():
    code = "import signal\nsignal.signal(signal.SIGTERM, print)\n"
    (app,) = detect(Survey(DictTree({"Pipfile": '[scripts]\nbot = "python bot.py"\n', "bot.py": code})))
    assert app.handles_sigterm
