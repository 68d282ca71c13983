"""The image starts a server that is made for development.

`flask run` and `manage.py runserver` answer one client after another, are not hardened, and say themselves that they are not for production.
`--reload` starts a second process that watches files which never change in an image, and signals reach that one alone.

Source: https://flask.palletsprojects.com/en/stable/deploying/; https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver;
https://fastapi.tiangolo.com/fastapi-cli/; https://www.uvicorn.org/settings/#development.

With `FLASK_DEBUG`, or `--debug`, it is an error: the debugger runs the code of whoever reaches it. Quiet in Dockerfiles and stages whose names
say that they are for development or tests.

Bad:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["uvicorn", "shop:app", "--host", "0.0.0.0", "--reload"]
```

Good:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["uvicorn", "shop:app", "--host", "0.0.0.0"]
```
"""

from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.edits import instead, without
from pottle.lint.purposes import is_aside
from pottle.lint.rule import Finding, Fix, Rule
from pottle.lint.servers import program_words, served

_INSTEAD = {
    "flask run": "start it with gunicorn, or another server of WSGI",
    "runserver": "start it with gunicorn or uvicorn",
    "fastapi dev": "`fastapi run`",
}
_RELOADING = ("uvicorn", "gunicorn", "hypercorn", "granian")
_NO = ("", "0", "false", "no", "off")


def check(build: Build) -> Iterator[Finding]:
    """What the image starts."""
    stage = build.final
    start = build.start(stage) if stage is not None else None
    found = served(start.command) if start is not None else None
    if stage is None or start is None or found is None or is_aside(build):
        return
    name = found.server.name
    if name in _INSTEAD:
        debugs = name == "flask run" and _debugs(stage, start.command)
        fix = None
        if name == "fastapi dev":
            fix = Fix("write `fastapi run`", (instead(found.words[0], "run"),), safe=False)
        yield Finding(
            found.words[0].span,
            "the debugger runs the code of whoever reaches it" if debugs else f"`{name}` is a server for development",
            fix,
            severity="error" if debugs else "warning",
            hint=_INSTEAD[name],
        )
    elif name in _RELOADING:
        word = next((word for word in found.words[1:] if word.text == "--reload"), None)
        if word is not None:
            edit = without(build.source, word.span, exec_form=word.exec)
            what = "`--reload` watches files that never change in an image, and the server gets no signals"
            yield Finding(word.span, what, Fix("drop `--reload`", (edit,), safe=False))


def _debugs(stage: Stage, command: Command) -> bool:
    scope = {**stage.after.environment, **command.environment}
    value = scope.get("FLASK_DEBUG")
    if value is not None and value.lower() not in _NO:
        return True
    return scope.get("FLASK_ENV") == "development" or any(word.text == "--debug" for word in program_words(command))


RULE = Rule(Build, "warning", "runtime", check)
