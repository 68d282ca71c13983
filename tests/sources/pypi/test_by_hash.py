"""Wheels that a lock names by their hashes alone are found on an index, each exactly that one."""

from dataclasses import replace

import pytest

from pottle.errors import IntegrityError, ProjectError, SourceError
from pottle.sources.pypi.by_hash import commands
from pottle.sources.pypi.install import install
from pottle.sources.pypi.pylock import PinnedWheel
from pottle.sources.pypi.resolve import Indexes
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile
from pottle.text import Location

PURE = WheelFile("demo", files={"demo/pure.py": ""})
BETTER = WheelFile("demo", tag="cp313-cp313-manylinux_2_28_x86_64", files={"demo/fast.so": b"x"})
NEEDY = WheelFile("needy", requires=["absent>=1"], files={"needy.py": ""})
LOCK = {"demo": Location("poetry.lock", 12)}


def unplaced(wheel: WheelFile, **changes: str) -> PinnedWheel:
    """As a lock tells it."""
    told = PinnedWheel(wheel.name, wheel.version, wheel.filename, None, wheel.sha256, None, None)
    return replace(told, **changes)


def using(session, index):
    return replace(session, environ={**session.environ, "UV_DEFAULT_INDEX": index.url})


def files(found) -> set[str]:
    return {file.path.rpartition("/")[2] for distribution in found for file in distribution.files}


@pytest.mark.parametrize(("wheel", "file"), [(PURE, "pure.py"), (BETTER, "fast.so")], ids=["pure", "better"])
def test_the_hash_decides_among_the_wheels_of_a_version(session, tmp_path, wheel, file):
    with PackageIndex(PURE, BETTER) as index:
        found = install(using(session, index), [unplaced(wheel)], tmp_path / "tree")
        assert index.requests == ["/simple/demo/", f"/files/{wheel.filename}"]
    assert file in files(found)


def test_nothing_is_added_and_nobody_is_asked_again(session, tmp_path):
    with PackageIndex(PURE, NEEDY) as index:
        wheels, environment = [unplaced(PURE), unplaced(NEEDY)], using(session, index)
        first = install(environment, wheels, tmp_path / "first")
    assert [each.name for each in first] == ["demo", "needy"]
    assert files(install(environment, wheels, tmp_path / "second")) == files(first)


def test_some_have_a_place_and_some_have_none(session, pinned, tmp_path):
    with PackageIndex(PURE, NEEDY) as index:
        found = install(using(session, index), [pinned(index, NEEDY), unplaced(PURE)], tmp_path / "tree")
        assert sorted(index.requests) == [f"/files/{PURE.filename}", f"/files/{NEEDY.filename}", "/simple/demo/"]
    assert [each.name for each in found] == ["demo", "needy"]


def test_each_comes_from_the_index_that_the_lock_names(session, tmp_path):
    other = WheelFile("demo", files={"demo/other.py": ""})
    with PackageIndex(NEEDY, other) as users, PackageIndex(PURE) as named:
        wheels = [unplaced(NEEDY), unplaced(PURE, index=named.url)]
        found = install(using(session, users), wheels, tmp_path / "tree")
        assert "/simple/demo/" not in users.requests
    assert "pure.py" in files(found)


def test_the_rest_comes_from_those_that_the_project_names(session, tmp_path):
    with PackageIndex(PURE) as instead, PackageIndex(NEEDY) as besides:
        named = Indexes(instead.url, (besides.url,))
        found = install(session, [unplaced(PURE), unplaced(NEEDY)], tmp_path / "tree", indexes=named)
    assert [each.name for each in found] == ["demo", "needy"]


FAULTS = {
    "another hash": ({"sha256": "0" * 64}, IntegrityError, "the wheel of demo 1.0 does not have the locked hash"),
    "another version": ({"version": "9"}, ProjectError, "the requirements cannot be resolved"),
}


@pytest.mark.parametrize(("changes", "kind", "message"), FAULTS.values(), ids=FAULTS)
def test_what_no_index_has_is_one_error_with_its_place(session, tmp_path, changes, kind, message):
    with PackageIndex(PURE) as index, pytest.raises(kind) as raised:
        install(using(session, index), [unplaced(PURE, **changes)], tmp_path / "tree", LOCK)
    assert raised.value.what.startswith(message)
    assert raised.value.at == Location("poetry.lock", 12)
    assert raised.value.hint
    assert not (tmp_path / "tree").exists()


def test_an_index_that_is_away_is_a_source_error(session, tmp_path):
    with PackageIndex(PURE) as index:
        pass
    with pytest.raises(SourceError, match="cannot be reached"):
        install(using(session, index), [unplaced(PURE)], tmp_path / "tree")


def test_one_call_for_each_index(tmp_path):
    one, two = unplaced(PURE), unplaced(NEEDY)
    elsewhere = replace(two, index="https://index.example/simple")
    assert len(list(commands([one, two], Indexes(), {}, tmp_path))) == 1
    assert len(list(commands([one, elsewhere], Indexes(), {}, tmp_path))) == 2
    assert list(commands([], Indexes(), {}, tmp_path)) == []


def test_variables_in_an_index_are_those_of_the_environment(tmp_path):
    there = unplaced(PURE, index="https://${HOST}/simple")
    (command,) = commands([there], Indexes(), {"HOST": "index.example"}, tmp_path)
    assert "https://index.example/simple" in command
    with pytest.raises(ProjectError, match="HOST"):
        list(commands([there], Indexes(), {}, tmp_path))
