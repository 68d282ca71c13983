"""What a `setup.py` writes down, and what it does not."""

import pytest

from pottle.errors import ProjectError
from pottle.project.setup_script import Setup, read
from pottle.project.setup_values import Lines, Written
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

FILES = {"requirements.txt": "idna\n", "requirements/default.txt": "six\n", "README.md": "", "deps.json": "{}"}


def setup(text: str) -> Setup:
    found = read(Survey(DictTree({"setup.py": text, **FILES})))
    assert found is not None
    return found


def requires(text: str) -> list[str] | None:
    found = setup(text).items("install_requires")
    return None if found is None else [each.text if isinstance(each, Written) else f"<{each.path}>" for each in found]


WRITTEN = {
    "a list": ("setup(install_requires=['a', 'b>=1'])", ["a", "b>=1"]),
    "a tuple": ("setup(install_requires=('a',))", ["a"]),
    "one text": ("setup(install_requires='a')", ["a"]),
    "lines of a text": ("setup(install_requires='''\n  a  # because\n  # b\n  c\n''')", ["a", "c"]),
    "nothing": ("setup(name='p')", []),
    "a name": ("deps = ['a']\nsetup(install_requires=deps)", ["a"]),
    "an annotated name": ("deps: list[str] = ['a']\nsetup(install_requires=deps)", ["a"]),
    "a sum": ("deps = ['a']\nsetup(install_requires=deps + ['b'])", ["a", "b"]),
    "what is added": ("deps = ['a']\ndeps += ['b']\ndeps.append('c')\ndeps.extend(['d'])\nsetup(install_requires=deps)", ["a", "b", "c", "d"]),
    "starred": ("deps = ['a']\nsetup(install_requires=[*deps, 'b'])", ["a", "b"]),
    "an f-string": ("v = '1.2'\nsetup(install_requires=[f'a=={v}'])", ["a==1.2"]),
    "split": ("setup(install_requires='a b'.split())", ["a", "b"]),
    "split lines": ("setup(install_requires='''a\nb'''.splitlines())", ["a", "b"]),
    "a mapping": ("x = {'a': ['b']}\nsetup(install_requires=x['a'])", ["b"]),
    "as a mapping": ("args = dict(install_requires=['a'], version=run())\nsetup(**args)", ["a"]),
    "another's name for it": ("import setuptools\nsetuptools.setup(install_requires=['a'])", ["a"]),
    "only when it is run": ("if __name__ == '__main__':\n    setup(install_requires=['a'])", ["a"]),
    "a function that returns it": ("def f():\n    return ['a']\nsetup(install_requires=f())", ["a"]),
}  # fmt: skip

FILE = ["<requirements.txt>"]
FROM_FILES = {
    "its lines": "setup(install_requires=open('requirements.txt').read().splitlines())",
    "its lines, one by one": "setup(install_requires=open('requirements.txt').readlines())",
    "stripped": "setup(install_requires=[line.strip() for line in open('requirements.txt') if line.strip()])",
    "in a with": "with open('requirements.txt') as f:\n    deps = f.read().splitlines()\nsetup(install_requires=deps)",
    "in a with, through names": (
        "import os\nhere = os.path.abspath(os.path.dirname(__file__))\n"
        "with open(os.path.join(here, 'requirements.txt'), encoding='utf-8') as f:\n    deps = f.read().strip().split('\\n')\n"
        "setup(install_requires=deps)"
    ),
    "by pathlib": "from pathlib import Path\nsetup(install_requires=Path('requirements.txt').read_text().splitlines())",
    "by pathlib, through names": (
        "import pathlib\nHERE = pathlib.Path(__file__).parent.resolve()\n"
        "setup(install_requires=(HERE / 'requirements.txt').read_text().splitlines())"
    ),
    "by codecs": "import codecs\nsetup(install_requires=codecs.open('requirements.txt', 'r', 'utf-8').read().splitlines())",
    "by pip": "from pip.req import parse_requirements\nsetup(install_requires=[str(r.req) for r in parse_requirements('requirements.txt', session=False)])",
    "filtered": "setup(install_requires=list(filter(None, open('requirements.txt').read().splitlines())))",
    "by a function": "def read(name):\n    return open(name).read().splitlines()\nsetup(install_requires=read('requirements.txt'))",
    "by a function with a loop": (
        "def reqs(path='requirements.txt'):\n    found = []\n    with open(path) as f:\n        for line in f:\n"
        "            if line.strip():\n                found.append(line.strip())\n    return found\n"
        "setup(install_requires=reqs())"
    ),
    "by a function of a function": (
        "def read(name):\n    with open(name) as f:\n        return f.read()\n"
        "def reqs(name):\n    return [l for l in read(name).split('\\n') if l and not l.startswith('#')]\n"
        "setup(install_requires=reqs('requirements.txt'))"
    ),
    "by a function that may find none": (
        "import os\ndef reqs():\n    if not os.path.exists('requirements.txt'):\n        return []\n"
        "    with open('requirements.txt') as f:\n        return f.readlines()\nsetup(install_requires=reqs())"
    ),
}  # fmt: skip

UNKNOWN = {
    "a call": "setup(install_requires=run())",
    "a condition": "deps = ['a']\nif sys.version_info < (3, 8):\n    deps.append('b')\nsetup(install_requires=deps)",
    "a loop": "deps = []\nfor x in 'ab':\n    deps.append(x)\nsetup(install_requires=deps)",
    "a choice": "setup(install_requires=['a'] if x else ['b'])",
    "what is imported": "from p import deps\nsetup(install_requires=deps)",
    "another kind of file": "import json\nsetup(install_requires=json.load(open('deps.json'))['x'])",
    "a file that is not there": "setup(install_requires=open('requirements-gone.txt').read().splitlines())",
    "keywords from elsewhere": "setup(**arguments())",
    "one of the list": "setup(install_requires=['a', name()])",
    "an item that is set": "d = {'a': ['b']}\nd['a'] = run()\nsetup(install_requires=d['a'])",
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_what_is_written_down(text: str, expected: list[str]):
    assert requires(text) == expected


@pytest.mark.parametrize("text", FROM_FILES.values(), ids=FROM_FILES)
def test_what_a_file_says(text: str):
    assert requires(text) == FILE


def test_a_directory_may_be_in_the_function():
    text = "def f(name):\n    return open('requirements/' + name).read().splitlines()\nsetup(install_requires=f('default.txt'))"
    assert requires(text) == ["<requirements/default.txt>"]


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_only_running_it_would_tell(text: str):
    assert requires(text) is None
    assert setup(text).is_unknown("install_requires")


def test_each_text_has_its_line():
    found = setup("setup(\n    name='p',\n    install_requires=[\n        'a',\n        'b',\n    ],\n)\n")
    assert found.items("install_requires") == (Written("a", 4), Written("b", 5))
    assert (found.text("name"), str(found.at)) == (Written("p", 2), "setup.py:1")


def test_extras_and_entry_points():
    found = setup(
        "test = ['pytest']\nsetup(extras_require={'test': test, 'all': test + ['x'], 'odd': run()},"
        " entry_points='''\n[console_scripts]\na = b:c\n# d = e:f\n''')"
    )
    extras = found.mapping("extras_require")
    assert {name: items and [i.text for i in items if isinstance(i, Written)] for name, items in extras.items()} == {
        "test": ["pytest"],
        "all": ["pytest", "x"],
        "odd": None,
    }
    assert [i.text for i in found.mapping("entry_points")["console_scripts"] or () if isinstance(i, Written)] == [
        "a = b:c"
    ]


def test_a_file_is_read_where_it_is_named():
    (lines,) = setup("\nsetup(install_requires=open('requirements.txt').readlines())").items("install_requires") or ()
    assert lines == Lines("requirements.txt", 2)


@pytest.mark.parametrize("text", ["", "print('hello')\n", "def setup():\n    pass\n"])
def test_a_script_that_calls_no_setup_says_nothing(text: str):
    assert read(Survey(DictTree({"setup.py": text}))) is None


def test_what_is_no_python_stops():
    with pytest.raises(ProjectError, match="this is not Python") as caught:
        setup("import os\nprint 'hello'\n")
    assert str(caught.value.at) == "setup.py:2"


def test_nothing_is_run():
    assert requires("import sys\nsys.exit(3)\nsetup(install_requires=['a'])") == ["a"]
