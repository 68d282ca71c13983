"""uv finds and fetches interpreters: from a mirror in a directory."""

import hashlib
import os
import re
from pathlib import Path

import pytest

from pottle.errors import IntegrityError, SourceError
from pottle.oci.entry import File
from pottle.sources.cpython.builds import Build, fetch, find
from pottle.sources.pypi.uv import Session
from pottle.tags import Target
from pottle.testing.standalone import RELEASE, StandaloneMirror, stub


@pytest.fixture
def mirror(tmp_path: Path) -> StandaloneMirror:
    made = StandaloneMirror(tmp_path / "mirror")
    made.add("3.9.25", stub("3.9"))
    made.add("3.9.8", [*stub("3.9"), File("older", b"")])
    made.add("3.13.1", stub("3.13"), ["x86_64"])
    return made


@pytest.fixture
def session(tmp_path: Path, mirror: StandaloneMirror) -> Session:
    home = tmp_path / "home"
    home.mkdir()
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "UV_CACHE_DIR": str(home / "uv"), "UV_HTTP_RETRIES": "0"}
    environ |= {"TMPDIR": str(tmp_path), "XDG_CONFIG_DIRS": str(home / "etc"), **mirror.environ}
    return Session(environ, Target("3.9", "linux/amd64", (2, 41)))


def without(session: Session, *names: str, **more: str) -> Session:
    kept = {name: value for name, value in session.environ.items() if name not in names}
    return Session({**kept, **more}, session.target)


@pytest.mark.parametrize(("asked", "version"), [("3.9", "3.9.25"), ("3.9.8", "3.9.8"), ("3.9.25", "3.9.25")])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_build_is_found_for_any_machine(session: Session, asked: str, version: str, machine: str):
    found = find(session, asked, machine)
    assert (found.version, found.build, found.machine) == (version, RELEASE, machine)
    assert found.url.endswith(
        f"/{RELEASE}/cpython-{version}%2B{RELEASE}-{machine}-unknown-linux-gnu-install_only_stripped.tar.gz"
    )
    assert "mirror" not in found.url


@pytest.mark.parametrize(("asked", "machine"), [("3.9.24", "x86_64"), ("3.8", "x86_64"), ("3.13", "aarch64")])
def test_what_uv_does_not_know_is_an_error(session: Session, asked: str, machine: str):
    with pytest.raises(SourceError, match=f"python-build-standalone has no CPython {asked} for {machine}") as caught:
        find(session, asked, machine)
    assert "upgrade uv" in (caught.value.hint or "")


def test_uvs_own_list_is_asked_where_there_is_no_other(session: Session, mirror: StandaloneMirror):
    found = find(without(session, *mirror.environ), "3.9.25", "aarch64")
    assert found.version == "3.9.25"
    assert re.fullmatch(r"20\d{6}", found.build)


def test_an_archive_is_kept_by_its_digest(session: Session, mirror: StandaloneMirror, tmp_path: Path):
    path, sha256 = fetch(session, find(session, "3.9", "aarch64"), tmp_path / "cache")
    assert sha256 == hashlib.sha256(mirror.path("3.9.25", "aarch64").read_bytes()).hexdigest()
    assert path == tmp_path / "cache" / f"{sha256}.tar.gz"
    assert path.read_bytes() == mirror.path("3.9.25", "aarch64").read_bytes()
    assert [each.name for each in tmp_path.glob("pottle-*")] == []


def test_what_is_kept_is_not_fetched_again(session: Session, tmp_path: Path):
    build = find(session, "3.9", "x86_64")
    kept = fetch(session, build, tmp_path / "cache")
    unreachable = without(session, UV_PYTHON_INSTALL_MIRROR="http://127.0.0.1:1")
    assert fetch(unreachable, build, tmp_path / "cache", kept[1]) == kept


def test_what_is_locked_is_fetched_whatever_uv_knows_by_now(session: Session, mirror: StandaloneMirror, tmp_path: Path):
    build = find(session, "3.9.8", "x86_64")
    _, sha256 = fetch(session, build, tmp_path / "here")
    later = without(session, "UV_PYTHON_DOWNLOADS_JSON_URL")
    path, _ = fetch(later, build, tmp_path / "there", sha256)
    assert path.read_bytes() == mirror.path("3.9.8", "x86_64").read_bytes()


def test_a_build_that_is_published_elsewhere_needs_no_mirror(
    session: Session, mirror: StandaloneMirror, tmp_path: Path
):
    archive = mirror.path("3.9.25", "x86_64")
    build = Build("3.9.25", "", "x86_64", archive.as_uri())
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert fetch(session, build, tmp_path / "cache", sha256)[0].read_bytes() == archive.read_bytes()


def test_what_has_another_digest_than_is_listed_or_locked_is_refused(
    session: Session, mirror: StandaloneMirror, tmp_path: Path
):
    build = find(session, "3.9", "x86_64")
    with pytest.raises(IntegrityError, match=r"the archive of CPython 3\.9\.25 does not have the digest"):
        fetch(session, build, tmp_path / "cache", "0" * 64)
    mirror.path("3.9.25", "x86_64").write_bytes(mirror.path("3.9.8", "x86_64").read_bytes())
    with pytest.raises(IntegrityError, match=r"the archive of CPython 3\.9\.25 does not have the digest"):
        fetch(session, build, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("mirror_url", ["http://127.0.0.1:1/builds", "file:///nowhere/builds"])
def test_a_mirror_that_is_away_is_one_error_with_a_way_out(session: Session, tmp_path: Path, mirror_url: str):
    away = without(session, UV_PYTHON_INSTALL_MIRROR=mirror_url)
    with pytest.raises(SourceError, match=r"^CPython 3\.9\.25 cannot be fetched") as caught:
        fetch(away, find(away, "3.9", "x86_64"), tmp_path / "cache")
    assert caught.value.exit_code == 4
    assert "UV_PYTHON_INSTALL_MIRROR" in (caught.value.hint or "")
    assert "`base`" in (caught.value.hint or "")


def test_a_list_that_is_away_is_the_same_error(session: Session):
    with pytest.raises(SourceError, match=r"^CPython 3\.9 cannot be fetched \(http://127\.0\.0\.1:1/list\.json\)"):
        find(without(session, UV_PYTHON_DOWNLOADS_JSON_URL="http://127.0.0.1:1/list.json"), "3.9", "x86_64")


def test_a_mirrors_password_is_neither_kept_nor_shown(session: Session, tmp_path: Path):
    away = without(session, UV_PYTHON_INSTALL_MIRROR="http://me:secret@127.0.0.1:1/builds")
    build = find(away, "3.9", "x86_64")
    assert "secret" not in build.url
    with pytest.raises(SourceError) as caught:
        fetch(away, build, tmp_path / "cache")
    assert "secret" not in str(caught.value)


def test_uvs_configuration_names_mirrors_too(session: Session, mirror: StandaloneMirror, tmp_path: Path):
    plain = without(session, *mirror.environ)
    project = tmp_path / "project"
    project.mkdir()
    (project / "uv.toml").write_text(
        f'python-install-mirror = "{mirror.directory.as_uri()}"\npython-downloads-json-url = "../mirror/downloads.json"\n'
    )
    configured = Session(plain.environ, plain.target, project)
    path, _ = fetch(configured, find(configured, "3.9", "x86_64"), tmp_path / "cache")
    assert path.read_bytes() == mirror.path("3.9.25", "x86_64").read_bytes()
