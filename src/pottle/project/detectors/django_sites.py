"""Django's settings: which module of them runs, what collectstatic gathers and compilemessages compiles, and what they insist on meanwhile.

The settings are those that `wsgi.py` or `asgi.py` names, else those of `manage.py`. They are read with all that they import `*` from.
"""

import ast
import re
from collections.abc import Iterator, Sequence

from pottle.project.clues import Said
from pottle.project.django import SETTINGS, manage_py, settings_of
from pottle.project.facts import Fact, Messages, StaticFiles
from pottle.project.module import Module, Named, called, text_of
from pottle.project.paths import Paths, from_root
from pottle.project.survey import Survey
from pottle.project.values import variable
from pottle.text import Location

_PRODUCTION = re.compile(r"(?:^|[._])(?:prod|production|live|deploy|deployment)(?:$|[._])")
_DEVELOPMENT = re.compile(r"(?:^|[._])(?:dev|develop|development|local|debug|test|testing|ci|base|common)(?:$|[._])")
_REMOTE = re.compile(r"s3|gcloud|gcs|azure|dropbox|sftp|cloudinary|storages\.", re.IGNORECASE)
_SOURCE = re.compile(r"(?P<directory>(?:.+/)?[^/]+)/[^/]+/LC_MESSAGES/[^/]+\.po")
_DEEPEST = 5
_DATABASES = ("db", "db_url", "dj_db_url")


def detect(survey: Survey) -> Iterator[StaticFiles | Messages | Said]:
    """Of the site at the project's root."""
    manage = manage_py(survey)
    if manage is None:
        return
    settings = _settings(survey, manage)
    if settings is None:
        return
    yield from _unused(survey, settings)
    module = survey.named(settings.value)
    if module is not None:
        chain = _chain(survey, module, 0)
        yield from _static(survey, chain, manage, settings)
        yield from _messages(survey, chain, manage, settings)


def _settings(survey: Survey, manage: Module) -> Fact[str] | None:
    """Those of the application, where it names some, else those of `manage.py`."""
    candidates = [c.application for c in survey.code.candidates.values() if c.application.framework == "django"]
    for app in sorted(candidates, key=lambda app: (-app.strength, app.kind != "web-wsgi")):
        module = survey.parsed(app.at.path)
        if module is not None and (found := settings_of(module)) is not None:
            return found
    return settings_of(manage)


def _unused(survey: Survey, settings: Fact[str]) -> Iterator[Said]:
    """Settings for production that lie beside those that run."""
    if _PRODUCTION.search(settings.value):
        return
    module = survey.named(settings.value)
    inside = module is not None and module.path.endswith("/__init__.py")
    chosen = next(iter(module.starred), settings.value) if module is not None and inside else settings.value
    package = settings.value if inside else settings.value.rpartition(".")[0]
    if _PRODUCTION.search(chosen) or not (inside or _DEVELOPMENT.search(chosen)):
        return
    others = (f"{package}.{name}" for name in ("production", "prod", "live", "deployment"))
    other = next((name for name in others if survey.named(name) is not None), None)
    if other is not None:
        what = f"{settings.value} is what runs, though {other} is there: set {SETTINGS} to choose it"
        yield Said("warning", what, settings.at)


def _chain(survey: Survey, module: Module, depth: int) -> list[Module]:
    """The settings and all that they import `*` from, themselves first."""
    found = [module]
    for name in reversed(module.starred) if depth < _DEEPEST else ():
        there = survey.named(name)
        if there is not None:
            found += [other for other in _chain(survey, there, depth + 1) if other not in found]
    return found


def _static(
    survey: Survey, chain: Sequence[Module], manage: Module, settings: Fact[str]
) -> Iterator[StaticFiles | Said]:
    found = _assigned(chain, "STATIC_ROOT")
    text = "\n".join(survey.source(module.path) or "" for module in chain)
    if found is None or "django.contrib.staticfiles" not in text or _is_remote(chain):
        return
    module, assignment = found
    at = Location(module.path, assignment.line)
    place = Paths(survey.code.names).text(module, assignment.value)
    root = from_root(place.text) if place is not None else ""
    if not root or root.startswith(".."):
        yield Said("warning", "where STATIC_ROOT leads cannot be seen: collectstatic is left to you", at)
        return
    needed = {SETTINGS: settings.value, **dict(_insisted(chain))}
    yield StaticFiles(manage.path, root, at, tuple(sorted(needed.items())))


def _messages(survey: Survey, chain: Sequence[Module], manage: Module, settings: Fact[str]) -> Iterator[Messages]:
    """Where a `.po` has no `.mo` beside it: most repositories leave those to a build."""
    said = (each.value for module in chain for each in reversed(module.assignments) if each.name == "USE_I18N")
    if isinstance(translates := next(said, None), ast.Constant) and not translates.value:
        return
    files = set(survey.tree.files())
    sources = {path: match for path in files if (match := _SOURCE.fullmatch(path))}
    missing = sorted(path for path in sources if f"{path.removesuffix('.po')}.mo" not in files)
    if missing:
        needed = {SETTINGS: settings.value, **dict(_insisted(chain))}
        directories = tuple(sorted({sources[path]["directory"] for path in missing}))
        yield Messages(manage.path, directories, Location(missing[0]), tuple(sorted(needed.items())))


def _assigned(chain: Sequence[Module], name: str) -> tuple[Module, Named] | None:
    for module in chain:
        for assignment in reversed(module.assignments):
            if assignment.name == name:
                empty = isinstance(assignment.value, ast.Constant) and not assignment.value.value
                return None if empty else (module, assignment)
    return None


def _is_remote(chain: Sequence[Module]) -> bool:
    """Whether the files are kept by a service: collecting them is a deployment, not a build."""
    old = _assigned(chain, "STATICFILES_STORAGE")
    if old is not None and _REMOTE.search(text_of(old[1].value) or ""):
        return True
    new = _assigned(chain, "STORAGES")
    if new is None or not isinstance(new[1].value, ast.Dict):
        return False
    pairs = zip(new[1].value.keys, new[1].value.values, strict=True)
    backend = next((value for key, value in pairs if text_of(key) == "staticfiles"), None)
    return backend is not None and any(
        _REMOTE.search(text_of(n) or "") for n in ast.walk(backend) if isinstance(n, ast.expr)
    )


# --- what the settings insist on ------------------------------------------------------------------


def _insisted(chain: Sequence[Module]) -> Iterator[tuple[str, str]]:
    """The variables without which the settings cannot be read, with values that stand in for them while files are collected."""
    optional = {name for module in chain for name in _asked_about(module)}
    for module in chain:
        for node in module.nodes:
            found = _demanded(module, node)
            if found is not None and found[0] not in optional:
                yield found[0], _stand_in(*found)


def _asked_about(module: Module) -> Iterator[str]:
    """Variables that the code can do without: it asks whether they are there, or has a default."""
    for node in module.nodes:
        match node:
            case ast.Compare(left=ast.Constant(value=str() as name), ops=[ast.In() | ast.NotIn()]):
                yield name
            case ast.Call() if not _is_demand(module, node):
                read = variable(module.qualified(node.func) or "", node)
                yield from () if read is None else (read,)
            case _:
                pass


def _demanded(module: Module, node: ast.AST) -> tuple[str, str] | None:
    """The variable that a node cannot do without, and how it reads it."""
    match node:
        case ast.Subscript(value=owner, slice=ast.Constant(value=str() as name), ctx=ast.Load()):
            return (name, "str") if module.qualified(owner) == "os.environ" else None
        case ast.Call(args=[ast.Constant(value=str() as name)]) if _is_demand(module, node):
            cast = next((k.value for k in node.keywords if k.arg == "cast"), None)
            method = cast.id if isinstance(cast, ast.Name) else called(node) or "str"
            return name, method
        case _:
            return None


def _is_demand(module: Module, call: ast.Call) -> bool:
    """`env("X")`, `config("X")`: without a default these raise."""
    owner, _, method = (module.qualified(call.func) or "").rpartition(".")
    reader = method in ("env", "config") or owner.rpartition(".")[2] == "env"
    plain = len(call.args) == 1 and text_of(call.args[0]) is not None
    return (
        reader
        and plain
        and not any(k.arg == "default" for k in call.keywords)
        and method not in ("read_env", "get_value")
    )


def _stand_in(name: str, method: str) -> str:
    """A value of the right kind; nothing connects to anything while files are collected."""
    upper = name.upper()
    if method in _DATABASES or upper.endswith("DATABASE_URL"):
        return "sqlite:///:memory:"
    if method in ("cache", "cache_url") or any(word in upper for word in ("REDIS", "BROKER", "CACHE")):
        return "redis://localhost:6379/0"
    if method in ("int", "float") or upper.endswith("PORT"):
        return "1"
    if method == "bool" or upper.endswith("DEBUG"):
        return "False"
    if upper.endswith(("URL", "URI", "DSN", "ENDPOINT")):
        return "http://localhost"
    return "localhost" if "HOST" in upper else "unset"
