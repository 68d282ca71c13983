"""What a project of Poetry asks for, by Poetry's own rules."""

import pytest

from pottle.errors import ProjectError
from pottle.project.poetry_dependency import read
from pottle.project.poetry_project import wants
from pottle.project.wanted import Origin, Wanted
from pottle.text import Location
from pottle.toml import Document

HERE = Location("pyproject.toml", 3)
PEP621 = '[project]\nname = "shop"\nversion = "1"\n'


def asked(text: str):
    return wants(Document(text, "pyproject.toml"))


def told(group) -> list[str]:
    return [str(each) + (f"; {each.marker}" if each.marker else "") for each in group]


def one(value: object) -> Wanted:
    (found,) = read("a", value, HERE)
    return found


# --- one dependency -------------------------------------------------------------------------------

MARKERS = {
    "none": ("^1.0", None),
    "its own": ({"markers": "os_name == 'nt'"}, 'os_name == "nt"'),
    "any Python": ({"python": "*"}, None),
    "a range of Pythons": (
        {"python": ">=3.8,<3.11"},
        'python_full_version < "3.11" and python_full_version >= "3.8"',
    ),
    "a caret": ({"python": "^3.8"}, 'python_full_version < "4" and python_full_version >= "3.8"'),
    "one minor version": ({"python": "3.8"}, 'python_full_version == "3.8.*"'),
    "two of them": ({"python": "3.8.* || 3.10.*"}, 'python_full_version == "3.8.*" or python_full_version == "3.10.*"'),
    "a platform": ({"platform": "linux"}, 'sys_platform == "linux"'),
    "any but one": ({"platform": "!=win32"}, 'sys_platform != "win32"'),
    "two platforms": ({"platform": "linux || darwin"}, '(sys_platform == "linux") or (sys_platform == "darwin")'),
    "both": (
        {"python": "<3.9", "markers": "os_name == 'nt'"},
        'os_name == "nt" and python_full_version < "3.9"',
    ),
}


@pytest.mark.parametrize(("value", "marker"), MARKERS.values(), ids=MARKERS)
def test_when_it_counts(value: object, marker: str | None):
    found = one(value).marker
    assert (str(found).replace("(", "").replace(")", "") if found else None) == (
        marker.replace("(", "").replace(")", "") if marker else None
    )


ORIGINS = {
    "a branch": (
        {"git": "https://me:secret@git.example/a", "branch": "main"},
        Origin("vcs", "https://git.example/a", "main"),
    ),
    "a commit, over ssh": (
        {"git": "git@git.example:x/a.git", "rev": "abc", "subdirectory": "py"},
        Origin("vcs", "ssh://git@git.example/x/a.git", "abc", "py"),
    ),
    "a file on the net": (
        {"url": "https://me:secret@files.example/a.whl"},
        Origin("url", "https://files.example/a.whl"),
    ),
    "a directory": ({"path": "../a", "develop": True}, Origin("path", "../a", editable=True)),
    "a file": ({"file": "wheels/a.whl"}, Origin("path", "wheels/a.whl")),
    "an index": ({"version": "1", "source": "ours"}, None),
}


@pytest.mark.parametrize(("value", "origin"), ORIGINS.values(), ids=ORIGINS)
def test_where_it_comes_from(value: object, origin: Origin | None):
    assert one(value).origin == origin


def test_a_list_is_several():
    found = list(read("a", ["<2", {"version": ">=2", "python": ">=3.12"}], HERE))
    assert told(found) == ["a <2", 'a >=2; python_full_version >= "3.12"']


NONSENSE = [3, {"version": 3}, {"platform": "on tuesdays"}, {"python": "three"}, {"markers": "on tuesdays"}, [None]]


@pytest.mark.parametrize("value", NONSENSE, ids=str)
def test_nonsense_is_none(value: object):
    with pytest.raises(ValueError, match=r"is no|constraint|platform|marker"):
        list(read("a", value, HERE))


# --- the project ----------------------------------------------------------------------------------


def test_extras_name_dependencies_from_among_all():
    found = asked(
        '[tool.poetry.dependencies]\na = "*"\nb = { version = "*", optional = true }\n'
        '[tool.poetry.extras]\nx = ["B", "a", "unknown"]\n'
    )
    assert told(found.main) == ["a"]
    assert {extra: told(group) for extra, group in found.extras.items()} == {"x": ["a", "b"]}


def test_an_extra_that_a_marker_asks_about_is_decided():
    found = asked(
        "[tool.poetry.dependencies]\n"
        "t = [{ version = '1', optional = true, markers = \"extra == 'cpu' and extra != 'gpu'\" },\n"
        "     { version = '2', optional = true, markers = \"'gpu' == extra\" }]\n"
        "[tool.poetry.extras]\ncpu = ['t']\n"
    )
    always, never = 'python_version >= "0"', 'python_version < "0"'
    assert told(found.extras["cpu"]) == [f"t 1; {always} and {always}", f"t 2; {never}"]  # type: ignore[index]


def test_groups_include_others():
    found = asked(
        '[tool.poetry.dependencies]\n[tool.poetry.dev-dependencies]\nold = "*"\n'
        '[tool.poetry.group.Test]\ninclude-groups = ["lint"]\n[tool.poetry.group.Test.dependencies]\npytest = "*"\n'
        '[tool.poetry.group.lint.dependencies]\nruff = "*"\n[dependency-groups]\nlint = ["mypy>=1"]\n'
    )
    assert {name: told(group) for name, group in found.groups.items()} == {
        "lint": ["mypy >=1", "ruff"],
        "test": ["pytest", "mypy >=1", "ruff"],
        "dev": ["old"],
    }


def test_project_is_enriched():
    found = asked(
        PEP621 + 'dependencies = ["a>=1", "b", "c"]\n[tool.poetry.dependencies]\npython = "^3.11"\nunasked = "*"\n'
        'a = { source = "ours" }\nb = [{ source = "cpu", platform = "linux" }, { git = "https://git.example/b" }]\n'
    )
    a, b, other, c = found.main
    assert (a.source, b.source, other.source, c.source) == ("ours", "cpu", None, None)
    assert (a.constraint, str(b.marker)) == (">=1", 'sys_platform == "linux"')
    assert other.origin == Origin("vcs", "https://git.example/b")


def test_both_markers_count():
    found = asked(
        PEP621 + "dependencies = [\"a; os_name == 'nt'\"]\n[tool.poetry.dependencies]\n"
        "a = { source = 'ours', markers = \"python_version < '3.12'\" }\n"
    )
    assert told(found.main) == ['a; os_name == "nt" and python_version < "3.12"']


def test_extras_of_project_may_name_each_other():
    found = asked(
        PEP621
        + '[project.optional-dependencies]\nx = ["a"]\nall = ["Shop[x]; os_name == \'nt\'", "b"]\nup = ["shop[up,all]"]\n'
    )
    assert {extra: told(group) for extra, group in found.extras.items()} == {
        "x": ["a"],
        "all": ['a; os_name == "nt"', "b"],
        "up": ['a; os_name == "nt"', "b"],
    }


def test_what_project_leaves_dynamic_is_poetrys():
    text = PEP621 + 'dynamic = ["dependencies"]\n[project.optional-dependencies]\nx = ["a"]\n'
    found = asked(text + '[tool.poetry.dependencies]\nb = "*"\nc = { version = "*", optional = true }\n')
    assert (told(found.main), told(found.extras["x"])) == (["b"], ["a"])  # type: ignore[index]
    text = PEP621 + 'dynamic = ["optional-dependencies"]\ndependencies = ["a"]\n[tool.poetry.extras]\nx = ["b"]\n'
    found = asked(text + '[tool.poetry.dependencies]\nb = { version = "*", optional = true }\n')
    assert (told(found.main), told(found.extras["x"])) == (["a"], ["b"])  # type: ignore[index]


BROKEN = {
    "a list of dependencies": (
        '[tool.poetry]\ndependencies = ["a"]\n',
        "`tool.poetry.dependencies` has to be a table",
        2,
    ),
    "a number": ("[tool.poetry.dependencies]\na = 3\n", "the dependency a cannot be read: 3 is no constraint on a", 2),
    "numbers for extras": (
        "[tool.poetry.dependencies]\na = { extras = 3 }\n",
        "the dependency a cannot be read: a value is of another type than Poetry takes",
        2,
    ),
    "an extra that is text": ('[tool.poetry.extras]\nx = "a"\n', "the extra 'x' is no list of names", 2),
    "a group that is not there": (
        '[tool.poetry.group.a]\ninclude-groups = ["b"]\n',
        "the group 'b' does not exist",
        2,
    ),
    "groups in a circle": (
        '[tool.poetry.group.a]\ninclude-groups = ["b"]\n[tool.poetry.group.b]\ninclude-groups = ["a"]\n',
        "the group 'a' includes itself",
        4,
    ),
}


@pytest.mark.parametrize(("text", "what", "line"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_has_its_line(text: str, what: str, line: int):
    with pytest.raises(ProjectError) as caught:
        asked(text)
    assert caught.value.what == what
    assert str(caught.value.at) == f"pyproject.toml:{line}"
