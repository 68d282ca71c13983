"""Files that a framework's own command shows."""

import pytest

from pottle.project.detectors.interfaces import detect
from pottle.project.facts import Application
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

STREAMLIT = "import streamlit as st\nst.title('x')\n"


def found(files: dict[str, str] | str) -> list[Application]:
    tree = DictTree({"app.py": files} if isinstance(files, str) else files)
    return sorted(detect(Survey(tree)), key=lambda app: -app.strength)


FINDS = {
    "Streamlit": (STREAMLIT, "streamlit", "app.py", 2),
    "Streamlit in a function": ("import streamlit as st\ndef main():\n    st.title('x')\nif __name__ == '__main__':\n    main()", "streamlit", "app.py", 5),
    "Streamlit with a context": ("import streamlit as st\nwith st.sidebar:\n    pass", "streamlit", "app.py", 2),
    "Chainlit": ("import chainlit as cl\n@cl.on_message\nasync def main(m): ...", "chainlit", "app.py", 3),
    "Panel": ("import panel as pn\npn.Column().servable()", "panel", "app.py", 2),
    "Bokeh": ("from bokeh.plotting import curdoc\ncurdoc().add_root(p)", "bokeh", "app.py", 2),
    "Solara": ("import solara\n@solara.component\ndef Page():\n    solara.Text('x')", "solara", "app.py", 3),
    "Shiny": ("from shiny import App\napp = App(ui, server)", "shiny", "app.py", 2),
    "Shiny under another name": ("from shiny import App\nboard = App(ui, server)", "shiny", "app.py:board", 2),
    "Shiny Express": ("from shiny.express import ui\nui.h1('x')", "shiny", "app.py", 1),
    "marimo": ("import marimo\napp = marimo.App(width='medium')", "marimo", "app.py", 2),
}  # fmt: skip


@pytest.mark.parametrize(("text", "framework", "target", "line"), FINDS.values(), ids=FINDS)
def test_finds(text: str, framework: str, target: str, line: int):
    (app,) = found(text)
    assert (app.kind, app.framework, app.target, app.at.line) == ("ui", framework, target, line)


def test_mesop_is_served_as_wsgi():
    (app,) = found("import mesop as me\n@me.page(path='/')\ndef page(): ...")
    assert (app.kind, app.framework, app.target) == ("web-wsgi", "mesop", "app:me")


QUIET = {
    "functions that draw": "import streamlit as st\ndef header():\n    st.title('x')",
    "another module of the name": "streamlit = 1\nstreamlit.title()",
    "Chainlit alone": "import chainlit as cl\ncl.Message()",
    "Panel's widgets": "import panel as pn\nwidget = pn.widgets.Button()",
    "a component of Solara's": "import solara\n@solara.component\ndef Button(): ...",
    "Shiny's module": "from shiny import module, ui\n@module.ui\ndef counter(): ...",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_stays_quiet(text: str):
    assert found(text) == []


FIRST = {
    "not a page": ({"Home.py": STREAMLIT, "pages/1_Data.py": STREAMLIT}, "Home.py"),
    "not a page, whatever they are called": ({"Hello.py": STREAMLIT, "pages/app.py": STREAMLIT}, "Hello.py"),
    "the usual name": (
        {"streamlit_app.py": STREAMLIT, "explore.py": STREAMLIT, "app.py": STREAMLIT},
        "streamlit_app.py",
    ),
    "with a picture": ({"🏠_Home.py": STREAMLIT, "explore.py": STREAMLIT}, "🏠_Home.py"),
    "not what others import": ({"run.py": STREAMLIT + "import app", "app.py": STREAMLIT}, "run.py"),
    "not what another one names": (
        {"start.py": STREAMLIT + "st.navigation([st.Page('app.py')])", "app.py": STREAMLIT, "other/app.py": STREAMLIT},
        "start.py",
    ),
    "the nearest": ({"ui/app.py": STREAMLIT, "app.py": STREAMLIT}, "app.py"),
}


@pytest.mark.parametrize(("files", "target"), FIRST.values(), ids=FIRST)
def test_which_file_is_the_entry(files: dict[str, str], target: str):
    first, second, *_ = found(files)
    assert first.target == target
    assert first.strength > second.strength


def test_what_is_mounted_elsewhere_is_a_part():
    chainlit = "import chainlit as cl\n@cl.on_message\nasync def main(m): ..."
    files = {
        "main.py": "from chainlit.utils import mount_chainlit\nmount_chainlit(app=app, target='chat.py')",
        "chat.py": chainlit,
    }
    assert found(files)[0].strength < 50


@pytest.mark.parametrize(
    ("files", "root"),
    [
        ({"app.py": STREAMLIT}, None),
        ({"ui/app.py": STREAMLIT + "from views import x", "ui/views.py": "x = 1"}, None),
        ({"ui/app.py": STREAMLIT + "from shop import x", "shop/__init__.py": "x = 1"}, "."),
        ({"src/shop/app.py": STREAMLIT, "src/shop/__init__.py": ""}, "src"),
    ],
)
def test_the_directory_that_its_imports_need_is_put_on_the_path(files: dict[str, str], root: str | None):
    assert found(files)[0].root == root


def test_streamlits_own_configuration_names_the_port():
    assert found({"app.py": STREAMLIT, ".streamlit/config.toml": "[server]\nport = 8080\n"})[0].port == 8080
    assert found({"app.py": STREAMLIT, ".streamlit/config.toml": "[theme]\nbase = 'dark'\n"})[0].port is None


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"app.py": ""}, "{home}"),
        ({"app.py": "", "chainlit.md": ""}, None),
        ({"chat/app.py": "", "chat/chainlit.md": ""}, "{app}/chat"),
        ({"chat/app.py": "", ".chainlit/config.toml": ""}, None),
    ],
)
def test_chainlit_writes_where_its_configuration_is_or_where_it_can(files: dict[str, str], where: str | None):
    code = "import chainlit as cl\n@cl.on_message\nasync def main(m): ..."
    (app,) = found({path: code if path.endswith(".py") else text for path, text in files.items()})
    assert dict(app.environment).get("CHAINLIT_APP_ROOT") == where


def test_reflex_is_told_by_its_configuration():
    assert [app.framework for app in found({"rxconfig.py": "import reflex as rx\nconfig = rx.Config()"})] == ["reflex"]


def test_notebooks():
    assert [(app.framework, app.target) for app in found({"a.ipynb": "{}"})] == [("voila", "a.ipynb"), ("jupyter", ".")]
    assert [(app.framework, app.target) for app in found({"a.ipynb": "{}", "n/b.ipynb": "{}"})] == [
        ("voila", "."),
        ("jupyter", "."),
    ]
    assert found({"a/b/c.ipynb": "{}"}) == []
