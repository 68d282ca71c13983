"""Pages that a framework's own command shows: Streamlit, Chainlit, Panel, Bokeh, Solara, Shiny, marimo, Mesop, Reflex, notebooks.

The entry is a file, not an object. Of several files it is the one that draws when it is run, is no page of another one
(`pages/`, `st.Page("…")`) and is not imported by the others.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from pottle.project.facts import Application
from pottle.project.module import Module, called, keyword, text_of
from pottle.project.survey import Survey
from pottle.text import Location

PAGE = 80
USUAL = {"streamlit_app.py": 10, "app.py": 8, "main.py": 8, "home.py": 8, "dashboard.py": 4, "index.py": 4, "ui.py": 4}
PART = -40
HAS_PAGES = 10
NOTEBOOK = 30
"""Notebooks lie in projects of every kind."""

_PAGES = re.compile(r"(?:^|/)(?:pages|views|components)/")
_MOUNTS = ("Page", "switch_page", "page_link", "mount_chainlit")
"""Calls that name a file as a part of something else."""


def detect(survey: Survey) -> Iterator[Application]:
    """Every file that could be the entry, for each framework."""
    imported = {origin for module in survey.modules for origin in module.imports.values()}
    parts = set(_parts(survey))
    for module in survey.modules:
        for framework, (because, node) in _shown(module):
            strength = PAGE + _convention(survey, module)
            if module.name in imported or module.path in parts:
                strength += PART
            yield _page(survey, module, framework, because, node, strength)
    yield from _reflex(survey)
    yield from _notebooks(survey)


def _page(
    survey: Survey, module: Module, framework: str, because: str, node: ast.expr | ast.stmt, strength: int
) -> Application:
    directory = module.path.rpartition("/")[0]
    target = module.path
    if framework == "mesop":
        alias = next(name for name, origin in module.imports.items() if origin == "mesop")
        return Application(
            "web-wsgi",
            framework,
            f"{module.name}:{alias}",
            module.at(node),
            strength,
            because,
            root=module.root or None,
        )
    if framework == "shiny" and (name := _object(module, "shiny.App")) not in (None, "app"):
        target = f"{module.path}:{name}"
    # Their commands put the file's own directory on the path, and not the working directory.
    root = None if directory == module.root else module.root or "."
    port = _port(survey) if framework == "streamlit" else None
    environment = _chainlit(survey, directory) if framework == "chainlit" else ()
    return Application(
        "ui", framework, target, module.at(node), strength, because, port=port, root=root, environment=environment
    )


# --- what draws -----------------------------------------------------------------------------------

Found = tuple[str, ast.expr | ast.stmt] | None


def _streamlit(module: Module) -> Found:
    """It draws when it is run: statements at the top level that are calls, not only functions that draw."""
    if not any(origin.partition(".")[0] == "streamlit" for origin in module.imports.values()):
        return None
    for statement in (
        *module.tree.body,
        *module.statements,
        *(module.main_guard.body if module.main_guard is not None else ()),
    ):
        if isinstance(statement, ast.With) or (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        ):
            return "it draws with Streamlit when it is run", statement
    return None


def _decorated(package: str, because: str, *names: str) -> Callable[[Module], Found]:
    def find(module: Module) -> Found:
        for function in module.functions.values():
            for decorator in function.decorator_list:
                func = decorator.func if isinstance(decorator, ast.Call) else decorator
                qualified = module.qualified(func) or ""
                if qualified.partition(".")[0] == package and (not names or qualified.rpartition(".")[2] in names):
                    return because, function
        return None

    return find


def _calling(package: str, method: str, because: str) -> Callable[[Module], Found]:
    def find(module: Module) -> Found:
        if any(origin.partition(".")[0] == package for origin in module.imports.values()):
            call = next((call for call in module.calls if called(call) == method), None)
            return (because, call) if call is not None else None
        return None

    return find


def _solara(module: Module) -> Found:
    drawn = _decorated("solara", "`Page` is a component of Solara's", "component")(module)
    if drawn is None:
        return None
    page = module.functions.get("Page") or next((s for s in module.statements if _assigns(s, ("Page", "routes"))), None)
    return (drawn[0], page) if page is not None else None


def _shiny(module: Module) -> Found:
    express = any(origin.startswith("shiny.express") for origin in module.imports.values())
    name = _object(module, "shiny.App")
    if name is None and not express:
        return None
    node = next((s for s in module.statements if name is None or _assigns(s, (name,))), None)
    return ("it is an application of Shiny's", node) if node is not None else None


def _marimo(module: Module) -> Found:
    name = _object(module, "marimo.App")
    node = next((s for s in module.statements if name is not None and _assigns(s, (name,))), None)
    return ("it is a notebook of marimo's", node) if node is not None else None


FRAMEWORKS: Mapping[str, Callable[[Module], Found]] = {
    "streamlit": _streamlit,
    "chainlit": _decorated(
        "chainlit", "Chainlit calls what stands here", "on_message", "on_chat_start", "on_audio_chunk", "on_chat_resume"
    ),
    "panel": _calling("panel", "servable", "Panel serves what stands here"),
    "bokeh": _calling("bokeh", "curdoc", "Bokeh draws into its document here"),
    "solara": _solara,
    "shiny": _shiny,
    "marimo": _marimo,
    "mesop": _decorated("mesop", "it is a page of Mesop's", "page"),
}  # fmt: skip


def _shown(module: Module) -> Iterator[tuple[str, tuple[str, ast.expr | ast.stmt]]]:
    """The frameworks that a module draws with; Panel draws with Bokeh."""
    for framework, find in FRAMEWORKS.items():
        if (found := find(module)) is not None:
            yield framework, found
            return


def _object(module: Module, cls: str) -> str | None:
    """The variable at the top level that an object of `cls` is kept in."""
    for assignment in module.assignments:
        if isinstance(assignment.value, ast.Call) and module.qualified(assignment.value.func) == cls:
            return assignment.name
    return None


def _assigns(statement: ast.stmt, names: tuple[str, ...]) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in names
        case _:
            return False


# --- which of them --------------------------------------------------------------------------------


def _convention(survey: Survey, module: Module) -> int:
    """How usual it is to start this file."""
    directory, _, name = module.path.rpartition("/")
    # Streamlit sorts by what stands before a name: `1_Home.py`, or a picture of a house.
    usual = USUAL.get(re.sub(r"^[^a-z]+", "", name.lower()), 0)
    if _PAGES.search(module.path):
        return PART
    pages = f"{directory}/pages/" if directory else "pages/"
    named = any(called(call) == "navigation" for call in module.calls)
    usual += HAS_PAGES if named or any(path.startswith(pages) for path in survey.paths) else 0
    return usual - 3 * module.path.count("/")


def _parts(survey: Survey) -> Iterator[str]:
    """Files that the code names as parts of something else, from beside it or from the project's directory."""
    for module in survey.modules:
        directory = module.path.rpartition("/")[0]
        for call in module.calls:
            if called(call) in _MOUNTS:
                path = text_of(keyword(call, "target", 0)) or text_of(keyword(call, "page", 0))
                if path is not None:
                    yield path
                    yield f"{directory}/{path}" if directory else path


def _port(survey: Survey) -> int | None:
    """The port of Streamlit's own configuration."""
    document = survey.toml(".streamlit/config.toml")
    port = document.get("server", "port") if document is not None else None
    return port if isinstance(port, int) and 0 < port < 65536 else None


def _chainlit(survey: Survey, directory: str) -> tuple[tuple[str, str], ...]:
    """Where Chainlit reads its configuration, and writes: beside the file, unless nothing of it is there."""
    start = f"{directory}/" if directory else ""
    own = (f"{start}.chainlit/config.toml", f"{start}chainlit.md", ".chainlit/config.toml", "chainlit.md")
    found = next((path for path in own if survey.tree.exists(path)), None)
    if found is None:
        return (("CHAINLIT_APP_ROOT", "{home}"),)
    return (("CHAINLIT_APP_ROOT", f"{{app}}/{directory}"),) if start and found.startswith(start) else ()


def _reflex(survey: Survey) -> Iterator[Application]:
    if survey.tree.exists("rxconfig.py"):
        yield Application("ui", "reflex", "rxconfig.py", Location("rxconfig.py", 1), PAGE, "rxconfig.py is Reflex's")


def _notebooks(survey: Survey) -> Iterator[Application]:
    """One notebook is shown by itself, of several the list."""
    found = sorted(path for path in survey.tree.files() if path.endswith(".ipynb") and path.count("/") <= 1)
    if not found:
        return
    at = Location(found[0])
    target = found[0] if len(found) == 1 else "."
    yield Application("ui", "voila", target, at, NOTEBOOK, "it is a notebook")
    yield Application("ui", "jupyter", ".", at, NOTEBOOK - 1, "it is a notebook")
