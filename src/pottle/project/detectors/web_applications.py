"""Application objects: `app = FastAPI()` in any module, `app = create_app()`, and the factories themselves.

An object is preferred to a factory, one that the code itself serves (`uvicorn.run("x:app")`, `[tool.fastapi]`) to any other, a
conventional name (`app` in `main.py`) to an unconventional one; what is mounted into another application is only a part of it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from pottle.project import django
from pottle.project.facts import Application
from pottle.project.module import Module, called, text_of
from pottle.project.survey import Survey
from pottle.project.values import Value

SERVED = 30
"""The code itself says which one is served."""
PART = -40
"""It is mounted into another one, or another one is put round it."""
ASIDE = -50
"""It is there to keep something else alive."""

_ASIDE = re.compile(r"(?:^|[._])keep_?alive(?:$|[._])")
_SETTINGS = ("ASGI_APPLICATION", "WSGI_APPLICATION")
_MOUNTS = ("mount", "Mount", "DispatcherMiddleware")


def detect(survey: Survey) -> Iterator[Application]:
    """Every application object and factory outside of tests and examples."""
    code = survey.code
    candidates = code.candidates.values()
    served = {**_configured(survey), **_settings(survey), **_served(survey)}
    served |= {part: served.pop(whole) for whole, part in code.search.replaced.items() if whole in served}
    parts = _mounted(survey) | code.search.within
    for candidate in candidates:
        app, name = candidate.application, candidate.name
        strength = app.strength + (ASIDE if _ASIDE.search(name) else 0)
        strength += SERVED if name in served else PART if name in parts else 0
        port = next((port for owner in (name, *candidate.owners) if (port := served.get(owner))), None)
        yield replace(
            app,
            strength=strength,
            port=port.number if port is not None else None,
            port_at=port.at if port is not None else None,
            health=code.routes.health(candidate.owners) if app.framework != "django" else None,
            answers_root=code.routes.answers_root(candidate.owners),
            environment=_django(survey, app) if app.framework == "django" else (),
        )


def _django(survey: Survey, app: Application) -> tuple[tuple[str, str], ...]:
    """The settings of `manage.py`, for an application that does not choose any itself."""
    if django.SETTINGS in (survey.source(app.at.path) or ""):
        return ()
    manage = django.manage_py(survey)
    settings = django.settings_of(manage) if manage is not None else None
    return ((django.SETTINGS, settings.value),) if settings is not None else ()


def _configured(survey: Survey) -> dict[str, Value | None]:
    """`[tool.fastapi] entrypoint`, which the fastapi command reads."""
    entry = survey.pyproject.get("tool", "fastapi", "entrypoint") if survey.pyproject else None
    return {entry.replace(":", "."): None} if isinstance(entry, str) else {}


def _served(survey: Survey) -> dict[str, Value | None]:
    """What the code hands to a server or starts itself → the port that it names."""
    found: dict[str, Value | None] = {}
    for listening in survey.code.listening():
        candidate = survey.code.served(listening)
        name = candidate.name if candidate is not None else listening.served
        if name is not None:
            named = listening.port is not None and listening.port.number
            found[name] = listening.port if named else found.get(name)
    return found


def _settings(survey: Survey) -> dict[str, Value | None]:
    """What Django's settings name; `ASGI_APPLICATION` is only there when somebody wants it."""
    assignments = (a for module in survey.modules for a in module.assignments if a.name in _SETTINGS)
    found = {a.name: text_of(a.value) for a in assignments}
    wanted = next((found[name] for name in _SETTINGS if found.get(name)), None)
    return {wanted: None} if wanted else {}


def _mounted(survey: Survey) -> set[str]:
    """Applications that are given to `mount`."""
    return {
        survey.code.names.canonical(name)
        for module in survey.modules
        for call in module.calls
        if called(call) in _MOUNTS
        for argument in (*call.args, *(k.value for k in call.keywords))
        for name in _named(module, argument)
    }


def _named(module: Module, argument: ast.expr) -> Iterator[str]:
    for node in ast.walk(argument):
        if isinstance(node, ast.Name | ast.Attribute) and (name := module.qualified(node)):
            yield name
