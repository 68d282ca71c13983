"""Which Python is asked for, in every file that can say so."""

import pytest

from pottle.errors import ProjectError
from pottle.project.clues import Said
from pottle.project.detectors.python import detect
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey
from pottle.project.tree import DictTree


def clues(files) -> list[object]:
    return list(detect(Survey(DictTree(files))))


def wishes(files) -> list[tuple[str, str]]:
    """What is wished, with a mark for what is not the project's own word, and where."""
    marks = {None: "", "aside": " (aside)", "classifier": " (classifier)"}
    return [(f"{w}{marks[w.standing]}", str(w.at)) for w in clues(files) if isinstance(w, PythonWish)]


def refused(files) -> ProjectError:
    with pytest.raises(ProjectError) as caught:
        clues(files)
    return caught.value


# --- version managers -------------------------------------------------------------------------------

PINS = {
    "3.13\n": ("3.13", 1),
    "3.12.4": ("3.12.4", 1),
    "# ours\n\n3.11 # old\n3.10\n": ("3.11", 3),
    "system\n3.12.4\n": ("3.12.4", 2),
    "3.12.4 3.11.9\n": ("3.12.4", 1),
    "cpython-3.12.1-linux-x86_64-gnu": ("3.12.1", 1),
    "cpython@3.13": ("3.13", 1),
    "python-3.13": ("3.13", 1),
    "3.12-dev": ("3.12", 1),
    "3.14.0rc2": ("3.14", 1),
    "3.11.4/envs/shop": ("3.11.4", 1),
    ">=3.12": (">=3.12", 1),
    "3": ("==3.*", 1),
    "3.9.18\r\n": ("3.9.18", 1),
}


@pytest.mark.parametrize("text", PINS)
def test_python_version_files(text: str):
    wish, line = PINS[text]
    assert wishes({".python-version": text}) == [(wish, f".python-version:{line}")]


def test_a_virtual_environments_name_is_no_version():
    (warning, wish) = clues({".python-version": "shop-3.11\n3.11.4\n"})
    assert isinstance(warning, Said)
    assert warning.value == "'shop-3.11' is the name of an environment, which does not say what its Python is"
    assert isinstance(wish, PythonWish)
    assert (wish.exact, str(wish.at)) == ("3.11.4", ".python-version:2")


TOOL_VERSIONS = {
    "python 3.12.1\n": ("3.12.1", 1),
    "nodejs 22.1.0\npython 3.12.1 3.11.7 system # ours\n": ("3.12.1", 2),
    "python system 3.11\n": ("3.11", 1),
    "python ref:v3.13.0 3.11\n": ("3.11", 1),
}


@pytest.mark.parametrize("text", TOOL_VERSIONS)
def test_tool_versions(text: str):
    wish, line = TOOL_VERSIONS[text]
    assert wishes({".tool-versions": text}) == [(wish, f".tool-versions:{line}")]


MISE = {
    '[tools]\npython = "3.12"\n': ("3.12", 2),
    '[tools]\nnode = "22"\npython = ["3.12.1", "3.11"]\n': ("3.12.1", 3),
    '[tools]\npython = { version = "3.12", virtualenv = ".venv" }\n': ("3.12", 2),
    '[tools.python]\nversion = "3.11"\n': ("3.11", 1),
    '[tools]\npython = "prefix:3.12"\n': ("3.12", 2),
    '[tools]\npython = "latest:3.13"\n': ("3.13", 2),
}


@pytest.mark.parametrize("name", ["mise.toml", ".mise.toml", ".config/mise.toml"])
@pytest.mark.parametrize("text", MISE)
def test_mise(text: str, name: str):
    wish, line = MISE[text]
    assert wishes({name: text}) == [(wish, f"{name}:{line}")]


# --- hosts, pipenv, conda ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wish"), [("python-3.10.7\n", "3.10.7"), ("python-3.12", "3.12"), ("\n3.8\n", "3.8"), ("python3.9", "3.9")]
)
def test_runtime_txt_is_heard_where_nothing_else_is(text: str, wish: str):
    assert wishes({"runtime.txt": text}) == [(f"{wish} (aside)", f"runtime.txt:{2 if text[0] == chr(10) else 1}")]


@pytest.mark.parametrize(
    ("requires", "wish", "line"),
    [
        ('python_version = "3.11"\n', "3.11", 2),
        ('python_version = "3.11"\npython_full_version = "3.11.4"\n', "3.11.4", 3),
        ('python_version = ">=3.9"\n', ">=3.9", 2),
        ('python_version = "3"\n', "==3.*", 2),
    ],
)
def test_pipfile(requires: str, wish: str, line: int):
    assert wishes({"Pipfile": f"[requires]\n{requires}"}) == [(wish, f"Pipfile:{line}")]


@pytest.mark.parametrize(
    ("entry", "wish"),
    [
        ("- python=3.11", "3.11"),
        ("- python==3.11.4", "3.11.4"),
        ("- python = 3.11.*  # ours", "3.11"),
        ("- python 3.11", "3.11"),
        ("- python=3.11.4=h2755cc3_0_cpython", "3.11.4"),
        ('- "conda-forge::python=3.10"', "3.10"),
        ("- python>=3.9,<3.12", "<3.12,>=3.9"),
    ],
)
@pytest.mark.parametrize("name", ["environment.yml", "environment.yaml"])
def test_conda(entry: str, wish: str, name: str):
    text = f"name: shop\nchannels:\n  - conda-forge\ndependencies:\n  - numpy\n  {entry}\n  - pip:\n    - httpx\n"
    assert wishes({name: text}) == [(f"{wish} (aside)", f"{name}:6")]


# --- ranges -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "wish"),
    [
        ('[project]\nrequires-python = ">=3.11"\n', ">=3.11"),
        ('[project]\nrequires-python = ">=2.7, !=3.0.*, >=3.5.*"\n', "!=3.0.*,>=2.7,>=3.5"),
        ('[tool.poetry.dependencies]\npython = "^3.11"\n', "<4,>=3.11"),
        ('[tool.poetry.dependencies]\npython = "~3.11"\n', "<3.12,>=3.11"),
        ('[tool.poetry.dependencies]\npython = "3.11.*"\n', "==3.11.*"),
        ('[tool.poetry.dependencies]\npython = "3.11"\n', "==3.11.*"),
        ('[tool.poetry.dependencies]\npython = "3.11.4"\n', "==3.11.4"),
        ('[tool.poetry.dependencies]\npython = "^2.7 || ^3.9"\n', "<3,>=2.7 || <4,>=3.9"),
        ('[tool.poetry.dependencies]\npython = { version = "^3.11" }\n', "<4,>=3.11"),
        ('[tool.flit.metadata]\nrequires-python = ">=3.9"\n', ">=3.9"),
    ],
)
def test_pyproject(table: str, wish: str):
    assert wishes({"pyproject.toml": table}) == [(wish, "pyproject.toml:2")]


SETUP_PY = {
    'from setuptools import setup\nsetup(name="p", python_requires=">=3.8")\n': (">=3.8", 2),
    'import setuptools\nBOUND = ">=3.9"\nsetuptools.setup(python_requires=BOUND)\n': (">=3.9", 2),
    'from setuptools import setup\nsetup(python_requires=">=3.8" ",<4")\n': ("<4,>=3.8", 2),
}


@pytest.mark.parametrize("text", SETUP_PY)
def test_setup_py_is_read_and_not_run(text: str):
    wish, line = SETUP_PY[text]
    assert wishes({"setup.py": text}) == [(wish, f"setup.py:{line}")]


@pytest.mark.parametrize("value", [" >=3.8", "\n    >=3.8"])
def test_setup_cfg(value: str):
    text = f"[metadata]\nname = p\n[options]\npackages = find:\npython_requires ={value}\n[flake8]\nignore = E\n"
    assert wishes({"setup.cfg": text}) == [(">=3.8", f"setup.cfg:{5 + value.count(chr(10))}")]


@pytest.mark.parametrize(
    ("project", "heard"),
    [
        ("", True),
        ('[project]\nname = "p"\n', False),
        ('[project]\nname = "p"\ndynamic = ["requires-python"]\n', True),
    ],
)
def test_setuptools_own_files_count_as_far_as_project_leaves_it_to_them(project: str, heard: bool):
    files = {"setup.cfg": "[options]\npython_requires = >=3.8\n", "pyproject.toml": project}
    assert bool(wishes(files)) is heard


# --- classifiers ------------------------------------------------------------------------------------

_CLASSIFIERS = ["Programming Language :: Python :: 3", *(f"Programming Language :: Python :: 3.{n}" for n in (10, 11))]
_AS_INI = "".join(f"    {each}\n" for each in ("License :: OSI Approved :: MIT License", *_CLASSIFIERS))


@pytest.mark.parametrize(
    ("files", "at"),
    [
        ({"pyproject.toml": f"[project]\nclassifiers = {_CLASSIFIERS}\n"}, "pyproject.toml:2"),
        ({"pyproject.toml": f"[tool.poetry]\nclassifiers = {_CLASSIFIERS}\n"}, "pyproject.toml:2"),
        ({"setup.cfg": f"[metadata]\nclassifiers =\n{_AS_INI}"}, "setup.cfg:5"),
        ({"setup.py": f"setup(\n  classifiers={_CLASSIFIERS})\n"}, "setup.py:2"),
    ],
)
def test_classifiers_are_one_wish_for_any_of_them(files, at: str):
    assert wishes(files) == [("==3.10.* || ==3.11.* (classifier)", at)]


# --- together ---------------------------------------------------------------------------------------


def test_every_place_is_reported_in_one_order():
    files = {
        "pyproject.toml": '[project]\nname = "p"\nrequires-python = ">=3.11"\n',
        ".tool-versions": "python 3.12.1\n",
        ".python-version": "3.13",
        "runtime.txt": "python-3.9",
    }
    assert [wish for wish, _ in wishes(files)] == ["3.13", "3.12.1", "3.9 (aside)", ">=3.11"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({".python-version": "pypy3.10-7.3"}, "'pypy3.10-7.3' is no version of Python that can be used"),
        ({".python-version": "2.7.18"}, "'2.7.18' is no version of Python that can be used"),
        ({".python-version": "3.13t"}, "'3.13t' is a free-threaded Python, which no base has"),
        ({".python-version": "cpython-3.13.1+freethreaded"}, "is a free-threaded Python"),
        ({"mise.toml": "[tools]\npython = 3.12\n"}, "the version of Python is 3.12, not text"),
        ({"Pipfile": "[requires]\npython_version = 3.12\n"}, "`python_version` has to be text"),
        ({"pyproject.toml": '[project]\nrequires-python = "3.12 or so"\n'}, "'3.12 or so' is no version specifier"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "new"\n'}, "'new' is no version constraint"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython = 3.12\n"}, "the constraint on `python` has to be"),
        ({"setup.py": "setup(python_requires='three')\n"}, "'three' is no version specifier"),
        ({"mise.toml": "[tools\n"}, "this is not TOML"),
    ],
)
def test_what_cannot_be_meant_is_an_error_with_its_place(files, message: str):
    error = refused(files)
    assert message in error.what
    assert error.at is not None
    assert error.at.path in files
    assert error.hint


@pytest.mark.parametrize(
    "files",
    [
        {},
        {".python-version": "\n# none\n"},
        {".python-version": "system\n"},
        {".tool-versions": "nodejs 22\n"},
        {".tool-versions": "python\n"},
        {"mise.toml": '[tools]\nnode = "22"\n'},
        {"mise.toml": '[tools]\npython = "latest"\n'},
        {"mise.toml": '[tools]\npython = "{{ env.PYTHON }}"\n'},
        {"Pipfile": "[packages]\nhttpx = '*'\n"},
        {"Pipfile": '[requires]\npython_version = "*"\n'},
        {"runtime.txt": "nodejs-18\n"},
        {"runtime.txt": "r-4.1-2021-09-01\n"},
        {"environment.yml": "name: python=3.9\ndependencies:\n  - python-dateutil=2.9\n  - ipython=8\n"},
        {"environment.yml": "dependencies:\n  - python\n"},
        {"pyproject.toml": '[project]\nname = "p"\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\nhttpx = "^0.27"\n'},
        {"pyproject.toml": '[project]\nclassifiers = ["Programming Language :: Python :: 3 :: Only"]\n'},
        {"setup.cfg": "[options.extras_require]\npython_requires = >=3.8\n[flake8]\nmax-line-length = 100\n"},
        {"setup.cfg": "this is = no [ini\n"},
        {"setup.py": "print 'python 2'\n"},
        {"setup.py": "setup(python_requires='>=' + version())\n"},
        {"setup.py": "configure(python_requires='>=3.8')\n"},
        {"setup.py": b"# \xff\nsetup(python_requires='>=3.8')\n"},
    ],
)
def test_stays_quiet(files):
    assert clues(files) == []


# --- directories above ------------------------------------------------------------------------------

INHERITED = {
    "the repository's": ({".python-version": "3.12\n"}, [("3.12", "../../.python-version")]),
    "the nearest": (
        {".python-version": "3.12\n", "a/.tool-versions": "python 3.11.4\n"},
        [("3.11.4", "../.tool-versions")],
    ),
    "its own": ({".python-version": "3.12\n", "a/b/.python-version": "3.13\n"}, [("3.13", ".python-version")]),
    "none": ({"runtime.txt": "3.12\n", "pyproject.toml": ""}, []),
}


@pytest.mark.parametrize(("files", "expected"), INHERITED.values(), ids=INHERITED)
def test_version_managers_look_into_the_directories_above(files, expected):
    survey = Survey(DictTree({**files, "a/b/main.py": ""}, directory="a/b"))
    found = [clue for clue in detect(survey) if isinstance(clue, PythonWish)]
    assert [(str(wish), wish.at.path) for wish in found] == expected
    assert all((wish.standing == "inherited") == wish.at.path.startswith("..") for wish in found)
