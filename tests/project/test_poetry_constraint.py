"""Poetry's constraints: as its documentation explains them."""

import pytest
from packaging.specifiers import SpecifierSet

from pottle.project.poetry_constraint import alternatives, specifier

ONE = {
    # the tables of the documentation
    "^1.2.3": ">=1.2.3,<2",
    "^1.2": ">=1.2,<2",
    "^1": ">=1,<2",
    "^0.2.3": ">=0.2.3,<0.3",
    "^0.0.3": ">=0.0.3,<0.0.4",
    "^0.0": ">=0.0,<0.1",
    "^0": ">=0,<1",
    "~1.2.3": ">=1.2.3,<1.3",
    "~1.2": ">=1.2,<1.3",
    "~1": ">=1,<2",
    "*": "",
    "1.*": "==1.*",
    "1.2.*": "==1.2.*",
    ">= 1.2.0": ">=1.2.0",
    "> 1": ">1",
    "< 2": "<2",
    "!= 1.2.3": "!=1.2.3",
    ">= 1.2, < 1.5": ">=1.2,<1.5",
    "==1.2.3": "==1.2.3",
    # as people write them
    "1.2.3": "==1.2.3",
    "=1.2.3": "==1.2.3",
    "~=2": ">=2,<3",
    "v1.2": "==1.2",
    "^v1.2": ">=1.2,<2",
    "1.2.x": "==1.2.*",
    "!=1.2.*": "!=1.2.*",
    ">=3.5.*": ">=3.5",
    "~=1.4.2": "~=1.4.2",
    "===1.0": "===1.0",
    ">=1.2 <2.0,!=1.5": ">=1.2,<2.0,!=1.5",
    "^3.10,<3.14": ">=3.10,<4,<3.14",
    "^1.2.3.4": ">=1.2.3.4,<2",
    "^0.0.0.5": ">=0.0.0.5,<0.0.0.6",
    "^2.0b1": ">=2.0b1,<3",
    "^1.0.0-rc.1": ">=1.0.0rc1,<2",
    "2.1.0+cu121": "==2.1.0+cu121",
    "1!2.3": "==1!2.3",
    ">=3.8 || *": "",
    "^1.2 || ^1.2": ">=1.2,<2",
}


@pytest.mark.parametrize("text", ONE)
def test_one_set(text: str):
    assert specifier(text) == SpecifierSet(ONE[text])


@pytest.mark.parametrize("text", ["^2.7 || ^3.9", "^2.7|^3.9", " ^2.7||^3.9 "])
def test_a_union_has_alternatives_and_no_single_specifier(text: str):
    assert alternatives(text) == (SpecifierSet(">=2.7,<3"), SpecifierSet(">=3.9,<4"))
    with pytest.raises(ValueError, match="a union, which no single specifier can express"):
        specifier(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "^",
        "^1.2 ||",
        "latest",
        "git+https://example.invalid/x",
        ">=",
        "1.2 - 1.4",
        "<>1.2",
        ">=1.0+local",
        "^1.*",
    ],
)
def test_what_is_no_constraint(text: str):
    with pytest.raises(ValueError, match="no version constraint"):
        specifier(text)
