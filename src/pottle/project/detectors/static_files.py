"""Whether Django's static files are to be collected: `STATIC_ROOT` is set, and there is a `manage.py` to collect them with."""

import ast
import posixpath
from collections.abc import Iterator

from pottle.project.facts import StaticFiles
from pottle.project.module import Module, text_of
from pottle.project.path_expressions import resolved
from pottle.project.survey import Survey

_MANAGE = "manage.py"
_SETTINGS = "DJANGO_SETTINGS_MODULE"


def detect(survey: Survey) -> Iterator[StaticFiles]:
    """The directory that the settings which `manage.py` uses name."""
    manage = next((path for path in survey.paths if posixpath.basename(path) == _MANAGE), None)
    if manage is None:
        return
    wanted = _settings(survey, manage)
    found = [each for module in survey.modules if (each := _root(module, manage)) is not None]
    yield from sorted(found, key=lambda each: _distance(each, wanted))[:1]


def _settings(survey: Survey, manage: str) -> str:
    """The settings module that `manage.py` falls back to."""
    module = survey.parsed(manage)
    for call in module.calls if module is not None else ():
        texts = [text_of(argument) for argument in call.args]
        if len(texts) == 2 and texts[0] == _SETTINGS:
            return texts[1] or ""
    return ""


def _distance(found: StaticFiles, wanted: str) -> tuple[bool, bool, str]:
    """Its own module first, then one of the same package: `settings/base.py` for `settings.production`."""
    path = wanted.replace(".", "/")
    own = found.at.path.removesuffix(".py").removesuffix("/__init__").endswith(path)
    beside = posixpath.dirname(found.at.path).endswith(posixpath.dirname(path))
    return (not own, not beside, found.at.path)


def _root(module: Module, manage: str) -> StaticFiles | None:
    collected = any(_is_staticfiles(node) for node in module.nodes)
    for assignment in module.assignments:
        if assignment.name == "STATIC_ROOT" and collected:
            directory = resolved(module, assignment.value)
            if directory is not None and not directory.startswith(".."):
                return StaticFiles(manage, directory, module.line(assignment.line))
    return None


def _is_staticfiles(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == "django.contrib.staticfiles"
