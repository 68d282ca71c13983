"""What a Dockerfile installs beside the list, and starts."""

import pytest

from pottle.project.reader import read_project
from pottle.project.tree import DictTree

APP = "from flask import Flask\napp = Flask(__name__)\n"
LIST = {"requirements.txt": "flask==3.1.0\n", "app.py": APP}


def names(dockerfile: str, **files: str) -> list[str]:
    facts = read_project(DictTree({**LIST, **files, "Dockerfile": f"FROM python:3.13\n{dockerfile}"}))
    assert facts.lock is not None
    assert [str(root.name) for root in facts.lock.roots] == [str(each.name) for each in facts.lock.distributions]
    return [str(root.name) for root in facts.lock.roots]


@pytest.mark.parametrize(
    ("dockerfile", "more"),
    [
        ("RUN pip install gunicorn\nCMD gunicorn app:app", ["gunicorn"]),
        ('RUN pip install gunicorn gevent\nCMD ["gunicorn", "app:app"]', ["gunicorn"]),
        ("RUN pip install waitress\nCMD waitress-serve app:app", ["waitress"]),
        ("RUN pip install gunicorn", []),
        ("CMD gunicorn app:app", []),
        ("RUN pip install gunicorn\nCMD uwsgi --ini x.ini", []),
        ("RUN pip install flask\nCMD flask run", []),
    ],
)
def test_the_one_that_is_started_belongs_to_what_is_wanted(dockerfile, more):
    assert names(dockerfile) == ["flask", *more]


def test_its_place_is_the_dockerfile():
    tree = {**LIST, "Dockerfile": "FROM python:3.13\nRUN pip install 'gunicorn[gevent]>=22'\nCMD gunicorn app:app"}
    found = next(each for each in read_project(DictTree(tree)).dependencies if each.name == "gunicorn")
    assert (str(found.at), str(found.specifier), found.extras) == ("Dockerfile:2", ">=22", ("gevent",))


def test_a_complete_lock_decides_for_itself():
    sealed = f"flask==3.1.0 --hash=sha256:{'a' * 64}\n"
    assert names("RUN pip install gunicorn\nCMD gunicorn app:app", **{"requirements.txt": sealed}) == ["flask"]
