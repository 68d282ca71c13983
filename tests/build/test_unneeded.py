"""What of a distribution no running program needs: directories full of tests, and what only compilers and type checkers read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.build.unneeded import KEPT, unneeded
from pottle.oci.entry import File
from pottle.plan.model import Unneeded

ALL: tuple[Unneeded, ...] = ("tests", "sources", "stubs")
TESTS = {"demo/tests/__init__.py": "", "demo/tests/test_it.py": "import demo", "demo/tests/data/a.csv": ""}
EXTENSION = {"demo/_speed.cpython-313-x86_64-linux-gnu.so": ""}


def gone(files: dict[str, str], *, name: str = "demo", keep: tuple[str, ...] = (), kinds=ALL) -> set[str]:
    present = {path: File(path, text.encode()) for path, text in files.items() if not path.startswith("..")}
    return set(unneeded(name, present, kinds, keep))


def test_a_directory_of_tests_goes_whole():
    assert gone({"demo/__init__.py": "from . import core", "demo/core.py": "", **TESTS}) == TESTS.keys()


LEADS = {
    "imported": ("demo/__init__.py", "from demo.tests import helper"),
    "imported as a whole": ("demo/__init__.py", "import os, demo.tests as tests"),
    "imported from its package": ("demo/testing.py", "from . import (\n    core,  # first\n    tests,\n)"),
    "imported over two lines": ("demo/testing.py", "from demo import core, \\\n    tests"),
    "imported in a function": ("demo/testing.py", "def run():\n    if x: from .tests import test_it"),
    "imported from beside": ("demo/sub/run.py", "from ..tests import test_it"),
    "imported by its name": ("demo/__init__.py", "importlib.import_module('demo.tests.test_it')"),
    "imported by a relative name": ("demo/__init__.py", "import_module('.tests', __package__)"),
    "an entry point": ("demo-1.dist-info/entry_points.txt", "[pytest11]\ndemo = demo.tests.test_it:plugin"),
    "its data by path": ("demo/example.py", "path = join(here, 'tests/data/a.csv')"),
    "its data by parts": ("demo/sub/example.py", "path = ROOT / 'tests' / \"data\" / 'a.csv'"),
    "a module that is called like a test": ("demo/test_kit.py", "from demo.tests import test_it"),
}


@pytest.mark.parametrize("leads", LEADS.values(), ids=LEADS)
def test_what_other_code_leads_to_stays(leads: tuple[str, str]):
    path, text = leads
    assert gone({"demo/__init__.py": "", path: text, **TESTS}) == set()


QUIET = {
    "in a comment": "# from demo.tests import test_it",
    "in prose": '"""Tests are in demo.tests, as `import pytest` does; see tests/data/a.csv or \'tests\'."""',
    "the directory alone": "ignore = ['build', 'tests']; where = os.path.join(here, 'tests') + os.sep",
    "another distribution's": "from other.tests import test_it",
    "something of that name": "from demo import teststuff, test",
    "data that is not there": "open('tests/data.csv')",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_what_only_speaks_of_them_does_not_keep_them(text: str):
    assert gone({"demo/__init__.py": text, **TESTS}) == TESTS.keys()


def test_what_tests_that_stay_lead_to_stays_too():
    other = {"demo/sub/tests/test_other.py": "", "demo/sub/tests/helper.py": ""}
    used = {**TESTS, "demo/tests/test_it.py": "from demo.sub.tests.helper import x"}
    assert gone({"demo/__init__.py": "import demo.tests", **used, **other}) == set()
    assert gone({"demo/__init__.py": "", **used, **other}) == {*used, *other}


API = {
    "numpy.testing": ("demo/testing/__init__.py", "demo/testing/test_kit.py"),
    "django.test": ("demo/test/__init__.py", "demo/test/client.py", "demo/test/test_x.py"),
    "no test in it": ("demo/tests/__init__.py", "demo/tests/factories.py"),
    "a module": ("demo/tests.py", "demo/test.py"),
}


@pytest.mark.parametrize("paths", API.values(), ids=API)
def test_what_is_there_to_be_imported_stays(paths: tuple[str, ...]):
    assert gone(dict.fromkeys(paths, "")) == set()


def test_a_directory_test_goes_where_nothing_else_is_in_it():
    tests = ("demo/test/__init__.py", "demo/test/test_x.py", "demo/test/conftest.py", "demo/test/data.json")
    assert gone(dict.fromkeys(("demo/__init__.py", *tests), "")) == set(tests)


def test_what_compilers_read_goes_where_something_was_compiled():
    sources = ("demo/_speed.pyx", "demo/_speed.c", "demo/include/demo.h", "demo/lib/libdemo.a", "demo/__init__.pxd")
    assert gone({**EXTENSION, **dict.fromkeys(sources, ""), "demo/kernel.cl": "", "demo/data.json": ""}) == set(sources)
    assert gone(dict.fromkeys(sources, "")) == set()


def test_a_source_that_the_code_names_stays():
    code = "path = here / 'driver.c'\ninclude = f'{here}/include/demo.h'\nall = glob('*.pxd')"
    files = ("demo/driver.c", "demo/include/demo.h", "demo/a.pxd")
    assert gone({"demo/__init__.py": code, **EXTENSION, **dict.fromkeys(files, "")}) == set()
    assert gone({"demo/tests/test_it.py": code, **EXTENSION, **dict.fromkeys(files, "")}) >= set(files)


def test_stubs_go_and_the_mark_of_types_with_them():
    stubs = ("demo/__init__.pyi", "demo/py.typed", "demo/sub/core.pyi")
    assert gone({"demo/__init__.py": "", **dict.fromkeys(stubs, "")}) == set(stubs)


@pytest.mark.parametrize(
    "text", ["import lazy_loader as lazy\nlazy.attach_stub(__name__, __file__)", "suffix = '.pyi'", "glob('**/*.pyi')"]
)
def test_stubs_that_are_read_stay(text: str):
    assert gone({"demo/__init__.py": text, "demo/__init__.pyi": "", "demo/py.typed": ""}) == set()


def test_what_is_configured_to_stay_stays():
    files = {"demo/__init__.py": "", **TESTS, **EXTENSION, "demo/include/demo.h": "", "demo/a.h": ""}
    assert gone(files, keep=("demo/include/", "demo/tests")) == {"demo/a.h"}
    assert gone(files, keep=("*.h",)) == TESTS.keys()


def test_only_what_is_asked_for_goes():
    files = {"demo/__init__.pyi": "", "demo/a.h": "", **TESTS, **EXTENSION}
    assert gone(files, kinds=("stubs",)) == {"demo/__init__.pyi"}
    assert gone(files, kinds=("symbols",)) == set()


@pytest.mark.parametrize("kept", KEPT, ids=lambda each: each.distribution)
def test_every_exception_is_one_and_has_its_reason(kept):
    name = kept.distribution.replace("*", "x")
    files = {**EXTENSION, "demo/kernel.h": "", "demo/__init__.pyi": ""}
    assert gone(files, name=name) == set()
    assert gone(files, name=f"another-{name}") != set()
    assert kept.because


def test_a_module_at_the_top_has_nothing_above_it():
    tests = {"tests/__init__.py": "", "tests/test_it.py": ""}
    for text in (
        "from . import tests",
        "from .. import tests",
        "from ...tests import test_it",
        "load('..tests.test_it')",
    ):
        assert gone({"demo.py": text, **tests}) == set()
    assert gone({"demo.py": "import os", **tests}) == tests.keys()


WORDS = (
    "from ",
    "import ",
    ".",
    "..",
    "tests",
    "test",
    "demo",
    "/",
    "//",
    "'",
    '"',
    "(",
    ")",
    ",",
    "\n",
    "\\\n",
    ":",
    " ",
    "*.h",
    "a.pyi",
)


@given(
    st.lists(st.sampled_from(WORDS), max_size=30).map("".join),
    st.sampled_from(["demo.py", "demo/a/b.py", "demo-1.dist-info/entry_points.txt"]),
)
def test_no_text_makes_it_fall_over_or_lose_a_module(text: str, path: str):
    assert path not in gone({**EXTENSION, **TESTS, path: text})
