"""The project's own Dockerfile as evidence."""

import pytest

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

APP = "from flask import Flask\napp = Flask(__name__)\n"
LIST = {"requirements.txt": "flask\ngunicorn\nwaitress\n"}
TIE = {"left.py": APP, "right.py": APP, **LIST}
GUARD = "if __name__ == '__main__':\n    print()\n"
PACKAGED = {
    "pyproject.toml": '[project]\nname = "p"\nversion = "1"\n[project.scripts]\np = "p.cli:main"\nq = "p.serve:main"\n'
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
    "p/__init__.py": "",
    "p/cli.py": "def main(): ...\n",
    "p/serve.py": "def main(): ...\n",
}


def plan(dockerfile: str, files: dict[str, str], **options: object) -> ImagePlan:
    tree = DictTree({**files, "Dockerfile": f"FROM python:3.13\n{dockerfile}\n"})
    return make_plan(read_project(tree), Options(**options), Platform.parse("linux/amd64"))  # type: ignore[arg-type]


def told(planned: ImagePlan, decision: str) -> tuple[str, str | None] | None:
    return next(((r.because, r.at) for r in planned.reasons if r.decision == decision), None)


def test_it_breaks_a_tie_and_says_so():
    planned = plan('CMD ["gunicorn", "right:app"]', TIE)
    assert planned.command[-1] == "right:app"
    assert told(planned, "application") == (
        "of several that fit, it is the one that the Dockerfile starts",
        "Dockerfile:2",
    )


@pytest.mark.parametrize("text", ["", 'CMD ["gunicorn", "middle:app"]', 'CMD ["flask", "run"]', 'CMD ["bash"]'])
def test_a_tie_that_it_does_not_break_stays_one(text: str):
    with pytest.raises(ProjectError, match="two applications fit equally well"):
        plan(text, TIE)


def test_the_configuration_and_the_procfile_outrank_it():
    text = 'CMD ["gunicorn", "right:app"]'
    assert plan(text, TIE, app="left:app").command[-1] == "left:app"
    assert plan(text, {**TIE, "Procfile": "web: waitress-serve left:app\n"}).command == ("waitress-serve", "left:app")


def test_a_clear_answer_of_the_code_outranks_it():
    files = {"shop.py": APP, "other.py": GUARD, **LIST}
    planned = plan('EXPOSE 9000\nCMD ["python", "other.py"]', files)
    assert planned.command[0] == "gunicorn"
    assert (planned.port, told(planned, "port")) == (9000, ("the Dockerfile names it", "Dockerfile:2"))


def test_what_listens_for_developers_only_is_no_clear_answer():
    files = {
        "shop/__init__.py": "",
        "shop/__main__.py": "import uvicorn\nuvicorn.run('shop.make:get', host='127.0.0.1', reload=True)\n",
        "requirements.txt": "uvicorn\n",
    }
    assert (
        plan('CMD ["uvicorn", "shop.asgi:application", "--host", "0.0.0.0"]', files).command[1]
        == "shop.asgi:application"
    )


def test_a_worker_is_no_answer_to_what_serves_the_web():
    files = {"tasks.py": "from celery import Celery\napp = Celery('x')\n", "requirements.txt": "celery\ngunicorn\n"}
    web, worker = plan('CMD ["gunicorn", "shop:make()"]', files).processes
    assert (web.name, web.command[0], worker.name, worker.command[0]) == ("web", "gunicorn", "worker", "celery")
    assert plan('CMD ["celery", "-A", "tasks", "worker"]', files).kind == "worker"


def test_the_port_of_the_code_outranks_the_one_that_is_exposed():
    files = {"shop.py": f"{APP}app.run(port=5005)\n", **LIST}
    assert plan("EXPOSE 9000", files).port == 5005
    assert plan("EXPOSE 9000", {"shop.py": APP, **LIST}, port=7000).port == 7000


COMMANDS = {
    "arguments": ('CMD ["p", "serve", "--fast"]', ("p", "serve", "--fast"), "cli"),
    "arguments of a module": ('CMD ["python3", "-m", "p.cli", "serve"]', ("p", "serve"), "cli"),
    "arguments that nobody would fill in": ('CMD ["p", "--zone", "${ZONE}"]', ("p",), "cli"),
    "none": ('CMD ["p"]', ("p",), "cli"),
    "another script": ('CMD ["q", "x"]', ("q", "x"), "cli"),
    "another script that listens": (
        'EXPOSE 9000\nCMD ["q", "--port", "9000"]',
        ("q", "--port", "9000"),
        "web-own-server",
    ),
    "a line": ("CMD q --port ${PORT:-9000}", ("q", "--port", "9000"), "web-own-server"),
    "a module": ('CMD ["python", "-m", "p.jobs"]', ("python", "-m", "p.jobs"), "script"),
    "a program that nothing brings": ('CMD ["node", "x.js"]', ("p",), "cli"),
    "a shell": ("CMD a && b", ("p",), "cli"),
    "one for developers": ('CMD ["uv", "run", "watchfiles", "q"]', ("p",), "cli"),
}


@pytest.mark.parametrize(("text", "command", "kind"), COMMANDS.values(), ids=COMMANDS)
def test_where_the_code_has_only_scripts(text: str, command: tuple[str, ...], kind: str):
    planned = plan(text, PACKAGED)
    assert (planned.command, planned.kind) == (command, kind)


def test_it_stands_in_for_code_that_has_nothing_to_run():
    files = {"lib/__init__.py": "", "lib/web.py": "def make(settings): ...\n", "requirements.txt": "waitress\n"}
    planned = plan('EXPOSE 8041\nCMD ["waitress-serve", "--call", "lib.web:make"]', files)
    assert (planned.kind, planned.port, planned.processes[0].name) == ("web-wsgi", 8041, "web")
    assert told(planned, "command") == ("the Dockerfile starts it", "Dockerfile:3")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("RUN apt-get install -y curl gcc libpq-dev", None),
        ("RUN apt-get install -y git", None),
        (
            "RUN apt-get install -y curl ffmpeg git-lfs ffmpeg",
            "Dockerfile:2: it installs ffmpeg, git-lfs: name what the program needs under `packages`",
        ),
    ],
)
def test_packages_that_the_image_will_not_have_are_told(text: str, warning: str | None):
    planned = plan(text, {"shop.py": APP, **LIST}, packages=("git",))
    assert planned.warnings[-1] == warning if warning else not any("installs" in each for each in planned.warnings)


def test_what_nothing_serves_gives_way_to_what_it_starts():
    files = {**PACKAGED, "board.py": "from flask import Flask\napp = Flask(__name__)\n"}
    planned = plan('ENTRYPOINT ["poetry", "run", "q"]', files)
    assert planned.command == ("q",)
    because = told(planned, "application")
    assert because is not None
    assert because[0] == "nothing serves board:app, and the Dockerfile starts this"
    with pytest.raises(ProjectError, match="nothing serves"):
        plan("RUN true", files)
    with pytest.raises(ProjectError, match="nothing serves"):
        plan('ENTRYPOINT ["q"]', files, app="board:app")


INSTALLED = {
    "a distribution besides": (
        "RUN pip install redis uvloop",
        "Dockerfile:2: it installs redis, uvloop besides: list what",
    ),
    "tools": ("RUN pip install -U pip uv poetry==2.0", None),
    "what there is": ("RUN pip install flask", None),
}


@pytest.mark.parametrize(("text", "warning"), INSTALLED.values(), ids=INSTALLED)
def test_distributions_that_the_image_will_not_have_are_told(text: str, warning: str | None):
    found = [each for each in plan(text, {"app.py": APP, **LIST}).warnings if "besides" in each]
    assert [each[: len(warning or "")] for each in found] == ([warning] if warning else [])


def test_what_another_language_makes_is_told():
    front = "FROM node:22 AS front\nRUN npm run build\nFROM python:3.13\nCOPY --from=front /a/dist /srv/static"
    found = plan(front, {"app.py": APP, **LIST}).warnings
    assert any(each.startswith("Dockerfile:5: /srv/static is made by another image: make it before") for each in found)
