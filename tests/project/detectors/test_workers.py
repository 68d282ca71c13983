"""Workers of task queues."""

import pytest

from pottle.project.detectors.workers import detect
from pottle.project.facts import Application, Process
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

CELERY = "from celery import Celery\n"
PACK = {"p/__init__.py": ""}
DJANGO = {"manage.py": ""}


def clues(files: dict[str, str]):
    return list(detect(Survey(DictTree(files))))


def found(files: dict[str, str]):
    return [
        (app.framework, app.target, " ".join(app.arguments)) for app in clues(files) if isinstance(app, Application)
    ]


FIRES = {
    "celery": ({"tasks.py": f"{CELERY}app = Celery('x')\n"}, ("celery", "tasks:app", "-A tasks")),
    "celery by another name": ({"tasks.py": f"{CELERY}queue = Celery('x')\n"}, ("celery", "tasks:queue", "-A tasks:queue")),
    "celery in a package": ({**PACK, "p/celery.py": f"{CELERY}app = Celery('x')\n"}, ("celery", "p.celery:app", "-A p")),
    "celery beside another app": (
        {"p/__init__.py": "from flask import Flask\napp = Flask('x')\n", "p/celery.py": f"{CELERY}celery = Celery('x')\n"},
        ("celery", "p.celery:celery", "-A p.celery"),
    ),
    "celery imported by its package": (
        {"p/__init__.py": "from .celery import app\n", "p/celery.py": f"{CELERY}app = Celery('x')\n"},
        ("celery", "p.celery:app", "-A p"),
    ),
    "celery from a function": (
        {"w.py": f"{CELERY}def make(name):\n    c = Celery(name)\n    return c\ncelery = make('x')\n"},
        ("celery", "w:celery", "-A w"),
    ),
    "celery of a Flask extension": (
        {"m.py": f"from shop import create_app\n{CELERY}celery_app = create_app().extensions['celery']\n"},
        ("celery", "m:celery_app", "-A m:celery_app"),
    ),
    "rq by its queues": ({"q.py": "from rq import Queue\ndef put():\n    Queue('high')\n"}, ("rq", "q:put", "high")),
    "rq by the default queue": ({"q.py": "import rq\nq = rq.Queue(connection=C)\n"}, ("rq", "q:q", "default")),
    "rq by its own program": (
        {"worker.py": "from rq import Worker\nw = Worker(['a'])\nw.work()\n", "q.py": "from rq import Queue\nQueue('a')\n"},
        ("rq", "worker.py", ""),
    ),
    "rq by one command of many": (
        {"manage.py": "import cli\nif __name__ == '__main__':\n    cli.main()\n", "cli.py": "from rq import Queue, Worker\nq = Queue('a')\n"
         "def main(): ...\ndef work():\n    Worker(['a']).work()\n"},
        ("rq", "cli:q", "a"),
    ),
    "arq": ({"w.py": "import arq\nclass WorkerSettings:\n    functions = [f]\n"}, ("arq", "w:WorkerSettings", "")),
    "dramatiq": (
        {"a.py": "import dramatiq\n@dramatiq.actor\ndef a(): ...\n", "b.py": "import dramatiq\n@dramatiq.actor()\ndef b(): ...\n"},
        ("dramatiq", "a:a", "a b"),
    ),
    "dramatiq with a broker that actors import": (
        {"a.py": "import dramatiq\nimport b\n@dramatiq.actor\ndef a(): ...\n", "b.py": "import dramatiq\ndramatiq.set_broker(B)\n"},
        ("dramatiq", "a:a", "a"),
    ),
    "dramatiq with a broker apart": (
        {"a.py": "import dramatiq\n@dramatiq.actor\ndef a(): ...\n", "b.py": "import dramatiq\ndramatiq.set_broker(B)\n"},
        ("dramatiq", "a:a", "b a"),
    ),
    "huey": ({"t.py": "from huey import SqliteHuey\nhuey = SqliteHuey()\n"}, ("huey", "t:huey", "")),
    "taskiq": ({"t.py": "from taskiq_nats import NatsBroker\nb = NatsBroker()\n"}, ("taskiq", "t:b", "t:b")),
    "taskiq with tasks elsewhere": (
        {"t.py": "from taskiq_nats import NatsBroker\nb = NatsBroker()\n", "u.py": "from t import b\n@b.task\nasync def u(): ...\n"},
        ("taskiq", "t:b", "t:b u"),
    ),
    "faststream": ({"s.py": "from faststream import FastStream\napp = FastStream(b)\n"}, ("faststream", "s:app", "")),
    "django q": ({**DJANGO, "p/settings.py": "INSTALLED_APPS = ['django_q']\n"}, ("django-q", "manage.py", "qcluster")),
    "django rq": (
        {**DJANGO, "p/settings.py": "INSTALLED_APPS = ['django_rq']\n", "p/x.py": "from rq import Queue\nq = Queue()\n"},
        ("rq", "manage.py", "rqworker default"),
    ),
}  # fmt: skip
QUIET = {
    "celery's tasks alone": {"t.py": "from celery import shared_task\n@shared_task\ndef t(): ...\n"},
    "another Celery": {"t.py": "from mine import Celery\napp = Celery()\n"},
    "an imported application": {"t.py": "from elsewhere.celery import app as celery_app\n"},
    "settings of something else": {"w.py": "import arq\nclass Settings:\n    url = 'x'\n"},
    "arq's settings without arq": {"w.py": "class WorkerSettings:\n    functions = []\n"},
    "jobs of rq": {"q.py": "from rq import get_current_job\nget_current_job()\n"},
    "dramatiq's broker alone": {"b.py": "import dramatiq\ndramatiq.set_broker(B)\n"},
    "a broker in memory": {"t.py": "from taskiq import InMemoryBroker\nb = InMemoryBroker()\n"},
    "django without the command": {"p/settings.py": "INSTALLED_APPS = ['django_q']\n"},
    "other applications": {**DJANGO, "p/settings.py": "INSTALLED_APPS = ['django.contrib.auth']\n"},
    "a test": {"tests/t.py": f"{CELERY}app = Celery('x')\n"},
}


@pytest.mark.parametrize(("files", "expected"), FIRES.values(), ids=FIRES)
def test_fires(files, expected):
    assert found(files) == [expected]


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files):
    assert clues(files) == []


def processes(files: dict[str, str]):
    return [(clue.name, clue.command, clue.because) for clue in clues(files) if isinstance(clue, Process)]


BEAT = "celery -A tasks beat --loglevel=INFO --schedule /tmp/celerybeat-schedule"
DATABASE = "celery -A tasks beat --loglevel=INFO --scheduler django_celery_beat.schedulers:DatabaseScheduler"


@pytest.mark.parametrize(
    ("text", "command", "because"),
    [
        ("app.conf.beat_schedule = {}", BEAT, "`beat_schedule` is set here"),
        ("app.conf.update(beat_schedule={})", BEAT, "`beat_schedule` is set here"),
        ("app.add_periodic_task(10, t)", BEAT, "`add_periodic_task(…)` is called here"),
        ("INSTALLED_APPS = ['django_celery_beat']", DATABASE, "`INSTALLED_APPS` holds django_celery_beat"),
    ],
)
def test_a_schedule_makes_a_process(text: str, command: str, because: str):
    assert processes({"tasks.py": f"{CELERY}app = Celery('x')\n{text}\n"}) == [("beat", command, because)]


def test_without_a_schedule_there_is_no_beat():
    assert processes({"tasks.py": f"{CELERY}app = Celery('x')\n"}) == []


def test_taskiqs_scheduler_is_a_process():
    text = "from taskiq import TaskiqScheduler\nfrom taskiq_nats import NatsBroker\nb = NatsBroker()\ns = TaskiqScheduler(b, [])\n"
    assert [command for _, command, _ in processes({"t.py": text})] == ["taskiq scheduler t:s"]
