"""Locked wheels become a tree, or one error and nothing."""

import os
import signal
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pottle import child
from pottle.errors import HostError, IntegrityError, ProjectError, SourceError
from pottle.sources.pypi import installed
from pottle.sources.pypi.install import install
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile
from pottle.text import Location

DEMO = WheelFile("demo", files={"demo/__init__.py": "x = 1\n", "demo/data.txt": "text"})
LOCK = {"demo": Location("uv.lock", 12)}


def test_installs_every_wheel_and_says_who_owns_what(session, pinned, tmp_path):
    other = WheelFile("Other.Name", console_scripts={"other": "other_name:main"})
    with PackageIndex(DEMO, other) as index:
        found = install(session, [pinned(index, other), pinned(index, DEMO)], tmp_path / "tree")
    assert [(d.name, d.version) for d in found] == [("demo", "1.0"), ("other-name", "1.0")]
    assert {Path(f.path).name for f in found[0].files} == {"__init__.py", "data.txt", "METADATA", "RECORD", "WHEEL"}
    assert any(f.path == "bin/other" for f in found[1].files)


def test_asks_only_for_the_wheels_themselves(session, pinned, tmp_path):
    with PackageIndex(DEMO) as index:
        install(session, [pinned(index, DEMO)], tmp_path / "tree")
        assert index.requests == [f"/files/{DEMO.filename}"]


def test_asks_nobody_for_what_the_cache_has(session, pinned, tmp_path):
    with PackageIndex(DEMO) as index:
        install(session, [pinned(index, DEMO)], tmp_path / "first")
    found = install(session, [pinned(index, DEMO)], tmp_path / "second")
    assert [d.name for d in found] == ["demo"]


def test_installs_for_another_machine_and_python(session, pinned, tmp_path):
    wheel = WheelFile("demo", tag="cp314-cp314-manylinux_2_28_aarch64", files={"demo.so": b"\x7fELF"})
    arm = replace(session, target=replace(session.target, python="3.14", platform="linux/arm64"))
    with PackageIndex(wheel) as index:
        assert install(arm, [pinned(index, wheel)], tmp_path / "tree")[0].name == "demo"


def test_nothing_to_install_calls_nobody(session, tmp_path):
    assert install(replace(session, environ={}), [], tmp_path / "tree") == ()


FAULTS = {
    "wrong-content": (IntegrityError, "the wheel of demo 1.0 does not have the locked size"),
    "truncated": (IntegrityError, "the wheel of demo 1.0 is damaged"),
    "missing": (SourceError, "the index has no such file for demo 1.0"),
    "server-error": (SourceError, "the index answered with an error for demo 1.0"),
}


@pytest.mark.parametrize(("fault", "error"), FAULTS.items(), ids=FAULTS)
def test_a_faulty_index_is_one_error_with_its_place_and_leaves_nothing(session, pinned, tmp_path, fault, error):
    kind, message = error
    with PackageIndex(DEMO, faults={"demo": fault}) as index, pytest.raises(kind) as raised:
        install(session, [pinned(index, DEMO)], tmp_path / "tree", LOCK)
    assert raised.value.what.startswith(message)
    assert raised.value.at == Location("uv.lock", 12)
    assert raised.value.hint
    assert not (tmp_path / "tree").exists()


def test_a_hash_that_the_lock_does_not_have_is_an_integrity_error(session, pinned, tmp_path):
    with PackageIndex(DEMO) as index, pytest.raises(IntegrityError, match="does not have the locked hash"):
        install(session, [pinned(index, DEMO, sha256="0" * 64)], tmp_path / "tree", LOCK)


def test_a_mismatch_is_found_in_the_cache_too(session, pinned, tmp_path):
    with PackageIndex(DEMO) as index:
        install(session, [pinned(index, DEMO)], tmp_path / "good")
        with pytest.raises(IntegrityError):
            install(session, [pinned(index, DEMO, sha256="0" * 64)], tmp_path / "bad")


def test_an_index_that_is_away_is_a_source_error(session, pinned, tmp_path):
    with PackageIndex(DEMO) as index:
        pass
    with pytest.raises(SourceError, match="the index cannot be reached for demo"):
        install(session, [pinned(index, DEMO)], tmp_path / "tree")


def test_an_index_that_wants_a_password_is_a_source_error_that_says_how(session, pinned, tmp_path):
    with PackageIndex(DEMO, credentials=("user", "secret")) as index, pytest.raises(SourceError) as raised:
        install(session, [pinned(index, DEMO)], tmp_path / "tree")
    assert raised.value.what.startswith("the index refused for demo 1.0")
    assert "UV_INDEX_<NAME>_USERNAME" in str(raised.value.hint)


def test_credentials_of_a_named_index_reach_it(session, environ, pinned, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    with PackageIndex(DEMO, credentials=("user", "secret")) as index:
        (project / "pyproject.toml").write_text(f'[[tool.uv.index]]\nname = "own"\nurl = "{index.url}"\n')
        known = {**environ, "UV_INDEX_OWN_USERNAME": "user", "UV_INDEX_OWN_PASSWORD": "secret"}
        found = install(replace(session, environ=known, project=project), [pinned(index, DEMO)], tmp_path / "tree")
    assert [d.name for d in found] == ["demo"]


def test_a_password_is_never_shown(session, pinned, tmp_path):
    with PackageIndex(DEMO, credentials=("user", "right")) as index:
        url = index.url_of(DEMO).replace("http://", "http://user:hunter2@")
        with pytest.raises(SourceError) as raised:
            install(session, [pinned(index, DEMO, url=url)], tmp_path / "tree")
    assert "hunter2" not in f"{raised.value} {raised.value.__cause__}"


def test_a_wheel_that_does_not_fit_is_an_error_with_a_way_out(session, pinned, tmp_path):
    wheel = WheelFile("demo", tag="cp313-cp313-manylinux_2_41_x86_64")
    with PackageIndex(wheel) as index, pytest.raises(ProjectError, match="no wheel fits the image for demo") as raised:
        install(session, [pinned(index, wheel)], tmp_path / "tree")
    assert "source-builds" in str(raised.value.hint)


def test_a_wheel_of_another_distribution_is_an_error(session, pinned, tmp_path):
    with PackageIndex(DEMO) as index, pytest.raises((IntegrityError, SourceError)):
        install(session, [replace(pinned(index, DEMO), name="victim")], tmp_path / "tree")
    assert not (tmp_path / "tree").exists()


def test_what_would_change_the_result_is_kept_from_uv(session, environ, pinned, tmp_path):
    spoilt = {
        **environ,
        "UV_PYTHON": "3.7",
        "UV_NO_BINARY": "1",
        "UV_LINK_MODE": "symlink",
        "UV_COMPILE_BYTECODE": "1",
        "UV_NO_VERIFY_HASHES": "1",
        "VIRTUAL_ENV": "/nowhere",
        "PYTHONHOME": "/nowhere",
        "PIP_TARGET": "/nowhere",
    }
    with PackageIndex(DEMO) as index:
        found = install(replace(session, environ=spoilt), [pinned(index, DEMO)], tmp_path / "tree")
        assert all(stat.S_ISREG(f.on_disk.lstat().st_mode) for d in found for f in d.files)
        with pytest.raises(IntegrityError):
            install(replace(session, environ=spoilt), [pinned(index, DEMO, sha256="0" * 64)], tmp_path / "bad")


def test_a_cache_that_somebody_wrote_into_is_not_believed(session, pinned, tmp_path):
    with PackageIndex(DEMO) as index:
        first = install(session, [pinned(index, DEMO)], tmp_path / "first")
        spoilt = next(f.on_disk for f in first[0].files if f.path.endswith("data.txt"))
        spoilt.write_text("evil")  # a hard link: the cache's own file
        again = install(session, [pinned(index, DEMO)], tmp_path / "again")
    assert next(f.on_disk for f in again[0].files if f.path.endswith("data.txt")).read_text() == "text"


def test_a_wheel_whose_own_record_is_wrong_is_taken_as_it_is(session, pinned, tmp_path):
    wheel = WheelFile("demo", files={"demo.py": "x = 1\n"}, record_lines=["demo.py,sha256=AAAA,5"])
    with PackageIndex(wheel) as index:
        assert install(session, [pinned(index, wheel)], tmp_path / "tree")[0].name == "demo"


def test_distributions_with_the_same_file_lie_apart(session, pinned, tmp_path):
    one = WheelFile("one", files={"shared.py": "who = 'one'\n"})
    two = WheelFile("two", files={"shared.py": "who = 'two'\n"})
    with PackageIndex(one, two) as index:
        found = install(session, [pinned(index, one), pinned(index, two)], tmp_path / "tree")
    texts = {d.name: f.on_disk.read_text() for d in found for f in d.files if f.path.endswith("shared.py")}
    assert texts == {"one": "who = 'one'\n", "two": "who = 'two'\n"}


def test_a_record_cannot_name_what_lies_outside(session, pinned, tmp_path):
    (tmp_path / "secret").write_text("secret")
    up = "../" * 6
    wheel = WheelFile(
        "demo", files={"demo.py": "x = 1\n"}, record_lines=[f"{up}secret,,", "/etc/passwd,,", "demo.py/../../x,,"]
    )
    with PackageIndex(wheel) as index:
        found = install(session, [pinned(index, wheel)], tmp_path / "tree")
    assert all(f.on_disk.resolve().is_relative_to(tmp_path / "tree") for f in found[0].files)
    assert not any("secret" in f.path or "passwd" in f.path for f in found[0].files)


def test_a_file_that_no_record_lists_belongs_to_its_neighbour(session, pinned, tmp_path):
    one = WheelFile(
        "one", files={"one/__init__.py": "", "one/deep/stray.py": ""}, unrecorded=frozenset({"one/deep/stray.py"})
    )
    with PackageIndex(one, DEMO) as index:
        found = install(session, [pinned(index, one), pinned(index, DEMO)], tmp_path / "tree")
    assert any(f.path.endswith("one/deep/stray.py") for f in found[1].files)


def test_a_missing_temporary_directory_is_a_host_error(session, environ, pinned, tmp_path):
    with PackageIndex(DEMO) as index, pytest.raises(HostError):
        install(replace(session, environ={**environ, "TMPDIR": "/nowhere"}), [pinned(index, DEMO)], tmp_path / "tree")


def test_an_interrupt_ends_uv_and_leaves_nothing(session, pinned, tmp_path, monkeypatch):
    processes = []
    original = child._end
    monkeypatch.setattr(child, "_end", lambda process: (processes.append(process), original(process)))

    class Slow(PackageIndex):
        def answer(self, path, authorization):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
            return super().answer(path, authorization)

    with Slow(DEMO) as index, pytest.raises(KeyboardInterrupt):
        install(session, [pinned(index, DEMO)], tmp_path / "tree")
    assert [process.poll() for process in processes] == [-9]
    assert not (tmp_path / "tree").exists()


def test_a_distribution_without_metadata_is_a_source_error(tmp_path):
    info = tmp_path / "lib/python3.11/site-packages/demo-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text("demo-1.0.dist-info/RECORD,,\n")
    with pytest.raises(SourceError, match=r"demo-1.0.dist-info has no METADATA"):
        installed.read(tmp_path)


def test_what_a_distribution_vendors_is_no_distribution_of_its_own(session, pinned, tmp_path):
    vendored = {f"demo/_vendor/inner-1.0.dist-info/{name}": "" for name in ("METADATA", "RECORD")}
    wheel = WheelFile("demo", files={"demo/__init__.py": "", **vendored})
    with PackageIndex(wheel) as index:
        found = install(session, [pinned(index, wheel)], tmp_path / "tree")
    assert [distribution.name for distribution in found] == ["demo"]
    assert any("_vendor/inner-1.0.dist-info/RECORD" in file.path for file in found[0].files)
