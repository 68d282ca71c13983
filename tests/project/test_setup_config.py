"""What a `setup.cfg` says of a project."""

import pytest

from pottle.errors import ProjectError
from pottle.project.setup_config import SetupConfig, read
from pottle.project.setup_values import Lines, Written
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

TEXT = """\
[metadata]
name = shop
version = attr: shop.__version__

[options]
python-requires = >=3.11
install_requires =
    flask>=3
    # not this
    tomli; python_version < "3.11"

[options.extras_require]
Fast =
    orjson
docs = sphinx; furo
web = file: requirements/web.txt, requirements/more.txt

[options.entry_points]
console_scripts =
    shop = shop.cli:main

[flake8]
max-line-length = 120
"""


def config(text: str = TEXT) -> SetupConfig:
    found = read(Survey(DictTree({"setup.cfg": text})))
    assert found is not None
    return found


def test_texts_and_where_they_stand():
    assert config().text("metadata", "name") == Written("shop", 2)
    assert config().text("options", "python_requires") is not None
    assert config().text("metadata", "version") is None
    assert config().directive("metadata", "version", "attr") == "shop.__version__"


def test_lists():
    found = config()
    assert found.items("options", "install_requires") == (
        Written("flask>=3", 8),
        Written('tomli; python_version < "3.11"', 10),
    )
    assert found.items("options.extras_require", "docs") == (Written("sphinx", 15), Written("furo", 15))
    assert found.items("options.extras_require", "web") == (
        Lines("requirements/web.txt", 16),
        Lines("requirements/more.txt", 16),
    )
    assert found.items("options", "setup_requires") is None
    assert found.keys("options.extras_require") == ("Fast", "docs", "web")


def test_a_marker_is_no_second_requirement():
    found = config('[options]\ninstall_requires = tomli; python_version < "3.11"\n')
    assert found.items("options", "install_requires") == (Written('tomli; python_version < "3.11"', 2),)


@pytest.mark.parametrize("text", ["", "[flake8]\nmax-line-length = 3\n", "nonsense\n"])
def test_settings_of_others_are_none_of_it(text: str):
    assert read(Survey(DictTree({"setup.cfg": text}))) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("[metadata]\nname = a\nname = b\n", "setup.cfg:3"),
        ("[metadata]\nname\n", "setup.cfg:2"),
        ("name = a\n[metadata]\n", "setup.cfg:1"),
        ("[metadata]\n[metadata]\n", "setup.cfg:2"),
    ],
)
def test_what_cannot_be_read_stops(text: str, at: str):
    with pytest.raises(ProjectError, match="this cannot be read") as caught:
        config(text)
    assert str(caught.value.at) == at


def test_carriage_returns_are_nothing_special():
    assert config(TEXT.replace("\n", "\r\n")).text("metadata", "name") == Written("shop", 2)
