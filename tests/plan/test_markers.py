"""Markers with sets of extras."""

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name

from pottle.plan.markers import active, holds

HERE = {"python_version": "3.13", "sys_platform": "linux", "os_name": "posix"}

TABLE = [
    ("extra == 'a'", (), False),
    ("extra == 'a'", ("a",), True),
    ("'a' == extra", ("a",), True),
    ("extra != 'a'", (), True),
    ("extra != 'a'", ("a", "b"), False),
    ("extra == 'a' and extra == 'b'", ("a",), False),
    ("extra == 'a' and extra == 'b'", ("a", "b"), True),
    ("extra == 'a' and extra != 'b'", ("a",), True),
    ("extra == 'a' or extra != 'b'", ("b",), False),
    ("extra == 'A_b'", ("a-b",), True),
    ("sys_platform == 'linux' and (extra == 'a' or python_version < '3')", ("a",), True),
    ("sys_platform == 'win32' and extra == 'a'", ("a",), False),
    ("python_version >= '3.13'", ("a",), True),
]


@pytest.mark.parametrize(("text", "extras", "expected"), TABLE)
def test_extras_are_a_set(text: str, extras: tuple[str, ...], expected: bool):
    assert holds(Marker(text), HERE, extras) is expected


def test_no_marker_always_holds():
    assert holds(None, HERE)


def test_what_conflicts_are_called():
    owner = canonicalize_name("my_shop")
    assert list(active(owner, ["CPU"], ["dev"])) == ["extra-7-my-shop-cpu", "group-7-my-shop-dev"]
    assert list(active(None, ["cpu"], ["dev"])) == []
