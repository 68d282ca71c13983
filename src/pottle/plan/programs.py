"""The programs that commands begin with: which distribution brings each, and what it means for the container that runs it.

A program is known by the name of its console script. One that is not in this table is taken for a distribution of the same name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pottle.project import runners
from pottle.project.facts import Kind


@dataclass(frozen=True, slots=True)
class Program:
    """What is known of a program before it runs."""

    distributions: tuple[str, ...]
    """Any of them brings it."""
    kind: Kind
    framework: str | None = None
    port: int | None = None
    """Where it listens if nobody says."""
    local: bool = False
    """It listens on the loopback only, unless told."""


PROGRAMS: Mapping[str, Program] = {
    "gunicorn": Program(("gunicorn",), "web-wsgi"),
    "uvicorn": Program(("uvicorn",), "web-asgi", local=True),
    "hypercorn": Program(("hypercorn",), "web-asgi", local=True),
    "daphne": Program(("daphne",), "web-asgi", local=True),
    "granian": Program(("granian",), "web-asgi", local=True),
    "waitress-serve": Program(("waitress",), "web-wsgi", port=8080),
    "uwsgi": Program(("uwsgi", "pyuwsgi"), "web-wsgi"),
    "fastapi": Program(("fastapi-cli", "fastapi"), "web-asgi", "fastapi"),
    "flask": Program(("flask",), "web-wsgi", "flask", 5000, local=True),
    "quart": Program(("quart",), "web-asgi", "quart", 5000, local=True),
    "litestar": Program(("litestar",), "web-asgi", "litestar", local=True),
    "sanic": Program(("sanic",), "web-own-server", "sanic", local=True),
    "pserve": Program(("pyramid",), "web-wsgi", "pyramid"),
    "django-admin": Program(("django",), "job", "django"),
    "streamlit": Program(("streamlit",), "ui", "streamlit", 8501),
    "chainlit": Program(("chainlit",), "ui", "chainlit", local=True),
    "celery": Program(("celery",), "worker", "celery"),
    "rq": Program(("rq",), "worker", "rq"),
    "rqworker": Program(("rq",), "worker", "rq"),
    "rqscheduler": Program(("rq-scheduler",), "worker", "rq"),
    "arq": Program(("arq",), "worker", "arq"),
    "dramatiq": Program(("dramatiq",), "worker", "dramatiq"),
    "dramatiq-gevent": Program(("dramatiq",), "worker", "dramatiq"),
    "huey_consumer": Program(("huey",), "worker", "huey"),
    "huey_consumer.py": Program(("huey",), "worker", "huey"),
    "taskiq": Program(("taskiq",), "worker", "taskiq"),
    "faststream": Program(("faststream",), "worker", "faststream"),
    "scrapy": Program(("scrapy",), "job", "scrapy"),
    "airflow": Program(("apache-airflow", "apache-airflow-core"), "worker", "airflow"),
    "prefect": Program(("prefect",), "worker", "prefect"),
    "dagster": Program(("dagster",), "worker", "dagster"),
    "dagster-daemon": Program(("dagster",), "worker", "dagster"),
    "dagster-webserver": Program(("dagster-webserver",), "web-own-server", "dagster", 3000, local=True),
    "alembic": Program(("alembic",), "job"),
    "fastmcp": Program(("fastmcp",), "cli", "fastmcp"),
    "mcp": Program(("mcp",), "cli", "mcp"),
    "honcho": Program(("honcho",), "worker"),
    "supervisord": Program(("supervisor",), "worker"),
    "jupyter": Program(("jupyter-core",), "ui", "jupyter", 8888, local=True),
    "papermill": Program(("papermill",), "job"),
    "newrelic-admin": Program(("newrelic",), "script"),
    "ddtrace-run": Program(("ddtrace",), "script"),
    "opentelemetry-instrument": Program(("opentelemetry-instrumentation",), "script"),
}

_WRAPPERS: Mapping[str, int] = {"newrelic-admin": 2, "ddtrace-run": 1, "opentelemetry-instrument": 1}
"""Programs that run another one, and how many of their own words stand before it."""


def inner(words: Sequence[str]) -> tuple[str, ...]:
    """The command that a wrapper runs, or that `python -m` means: what decides about kind and port."""
    rest = tuple(words)
    while rest and rest[0] in _WRAPPERS:
        rest = rest[_WRAPPERS[rest[0]] :]
    if (named := runners.module(rest)) and named[0] in PROGRAMS:
        return (named[0], *named[1])
    return rest


def known(words: Sequence[str]) -> Program | None:
    """The entry for the program that finally runs."""
    rest = inner(words)
    if (runners.script(rest) or "").endswith("manage.py"):
        return Program(("django",), "web-own-server" if "runserver" in rest else "job", "django", local=False)
    program = PROGRAMS.get(rest[0]) if rest else None
    if program is None:
        return None
    if rest[0] == "gunicorn" and any("uvicorn" in word for word in rest):
        return Program(program.distributions, "web-asgi")
    if rest[0] == "celery" and "flower" in rest:
        return Program(("flower",), "web-own-server", "flower", 5555)
    return program


def missing(words: Sequence[str], held: Mapping[str, str | None], own: Sequence[str]) -> tuple[str, str] | None:
    """A program that nothing in the environment brings, and the distribution that would; `own` are the project's console scripts."""
    for name in dict.fromkeys((words[0], *inner(words)[:1])):
        if name == "python" or "/" in name or name in own or name.endswith(".py"):
            continue
        distributions = PROGRAMS[name].distributions if name in PROGRAMS else (name.lower().replace("_", "-"),)
        if not any(distribution in held for distribution in distributions):
            return name, distributions[0]
    return None
