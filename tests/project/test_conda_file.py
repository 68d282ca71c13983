"""conda's `environment.yml`, line by line."""

import pytest

from pottle.errors import ProjectError
from pottle.project.conda_file import Environment, names, read

TEXT = """\
---
name: "shop"   # ours
channels: [conda-forge]
dependencies:
  - python=3.12
  - 'numpy>=1.26,<3'
  # the web
  - pip
  - pip:
    - flask==3.1.2  # pinned
    - -r requirements.txt
  - conda-forge::pandas
variables:
  A: b
prefix: /opt/conda
"""


def environment(text: str = TEXT) -> Environment:
    return read(text, "environment.yml")


def test_reads():
    found = environment()
    assert found.name is not None
    assert (found.name.value, str(found.name.at)) == ("shop", "environment.yml:2")
    assert [(text, at.line) for text, at in found.packages] == [
        *(("python=3.12", 5), ("numpy>=1.26,<3", 6), ("pip", 8)),
        ("conda-forge::pandas", 12),
    ]
    assert [(text, at.line) for text, at in found.pip] == [("flask==3.1.2", 10), ("-r requirements.txt", 11)]


def test_a_list_need_not_be_indented():
    found = environment("dependencies:\n- numpy\n- pip:\n  - flask\n- scipy\nname: x\n")
    assert [text for text, _ in found.packages] == ["numpy", "scipy"]
    assert [text for text, _ in found.pip] == ["flask"]


def test_what_is_named():
    assert list(names((each, read("", "").name) for each in ("conda-forge::NumPy=1", "a>=1", "b[version=1]"))) == [  # type: ignore[arg-type]
        *("numpy", "a", "b")
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "name: x\n", "dependencies:\n", "channels:\n  - a\n  - b\n"])
def test_stays_quiet(text: str):
    found = environment(text)
    assert (found.packages, found.pip) == ([], [])


def test_carriage_returns_are_nothing_special():
    assert environment(TEXT.replace("\n", "\r\n")).packages == environment().packages


BROKEN = {
    "a flow list": ("dependencies: [numpy]\n", "environment.yml:1: this YAML is not read"),
    "a mapping": ("dependencies:\n  numpy: 1\n", "environment.yml:2: this YAML is not read"),
    "an anchor": ("dependencies:\n  - &a numpy\n", "environment.yml:2: this YAML is not read"),
    "a block": ("dependencies:\n  - |\n    numpy\n", "environment.yml:2: this YAML is not read"),
    "a tab": ("dependencies:\n\t- numpy\n", "environment.yml:2: a tab stands before this line"),
    "half a quotation": ("dependencies:\n  - 'numpy\n", "environment.yml:2: a quotation mark has no end"),
    "no YAML": ("numpy\n", "environment.yml:1: this is no environment of conda"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_what_is_not_read_stops(text: str, message: str):
    with pytest.raises(ProjectError) as caught:
        environment(text)
    assert str(caught.value).startswith(message)
    assert caught.value.hint
