"""What can go wrong in a build: one error that says what, where and what next, the documented exit code, and nothing lost.

Every fault meets a machine that has built before: its image, its archive and its cache must be what they were.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.world import BASE, GREETING, PYTHON, WHEELS, World

from pottle.testing.debian_archive import DATE, Package

MANIFEST = "pyproject.toml"


@dataclass(frozen=True)
class Fault:
    """Something that is wrong, and what must be said of it."""

    make: Callable[[World, Path], object]
    code: int
    what: str
    hint: str
    at: str = ""
    flags: tuple[str, ...] = ()


def write(name: str, content: str | bytes) -> Callable[[World, Path], object]:
    def make(here: World, project: Path) -> None:
        (project / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return make


def edit(name: str, old: str, new: str, count: int = 1) -> Callable[[World, Path], object]:
    def make(here: World, project: Path) -> None:
        text = (project / name).read_text()
        assert old in text
        (project / name).write_text(text.replace(old, new, count))

    return make


def remove(*names: str) -> Callable[[World, Path], object]:
    def make(here: World, project: Path) -> None:
        for name in names:
            (project / name).unlink()

    return make


def nothing(here: World, project: Path) -> None:
    pass


def empty(here: World, project: Path) -> None:
    for path in project.iterdir():
        path.unlink()


def away(here: World, project: Path) -> None:
    for path in project.iterdir():
        path.unlink()
    project.rmdir()


def a_file(here: World, project: Path) -> None:
    away(here, project)
    project.write_text("not a directory")


def a_directory_in_place_of(name: str) -> Callable[[World, Path], object]:
    def make(here: World, project: Path) -> None:
        (project / name).unlink()
        (project / name).mkdir()

    return make


def two_applications(here: World, project: Path) -> None:
    for name in ("left", "right"):
        (project / f"{name}.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (project / "main.py").unlink()


def newer(*packages: str) -> Callable[[World, Path], object]:
    """An update appears in the archive, so that the next build fetches."""

    def make(here: World, project: Path) -> None:
        for name in packages or ("netbase",):
            here.archive.add(
                *(Package(name, "2", each, fields={"Depends": "libc6"}) for each in ("amd64", "arm64")),
                pocket=f"{BASE.suite}-security",
            )
        here.archive.now += timedelta(hours=2)

    return make


def archive_fails(part: str, fault: object) -> Callable[[World, Path], object]:
    def make(here: World, project: Path) -> None:
        newer()(here, project)
        here.archive.fail(part, fault)  # type: ignore[arg-type]

    return make


def mirror_is_away(here: World, project: Path) -> None:
    newer()(here, project)
    here.archive.__exit__()


def signed_by(sign: str) -> Callable[[World, Path], object]:
    def make(here: World, project: Path) -> None:
        here.archive.now += timedelta(hours=2)
        here.archive.publish(sign=sign)  # type: ignore[arg-type]

    return make


def expired(here: World, project: Path) -> None:
    here.archive.publish(valid=timedelta(days=7))
    here.archive.now += timedelta(days=8)


def older(here: World, project: Path) -> None:
    here.archive.now += timedelta(hours=2)
    here.archive.publish(DATE - timedelta(days=1))


def other_wheel(**changes: object) -> Callable[[World, Path], object]:
    """The lock names another wheel in place of the first one; the index has it or not."""

    def make(here: World, project: Path) -> None:
        wheel = replace(GREETING, version="2.0", **changes)
        here.index.wheels[wheel.filename] = wheel
        (project / "uv.lock").write_text(here.lock(wheels=(wheel, *WHEELS[1:])))

    return make


def wheel_fault(fault: str, **changes: object) -> Callable[[World, Path], object]:
    def make(here: World, project: Path) -> None:
        other_wheel(**changes)(here, project)
        here.index.faults["greeting"] = fault  # type: ignore[assignment]

    return make


def swapped(here: World, project: Path) -> None:
    """The index serves other bytes of the same length under the locked name."""
    other_wheel()(here, project)
    lock = (project / "uv.lock").read_text()
    wrong = hashlib.sha256(b"something else").hexdigest()
    right = replace(GREETING, version="2.0").sha256
    (project / "uv.lock").write_text(lock.replace(right, wrong))


def index_is_away(here: World, project: Path) -> None:
    other_wheel()(here, project)
    here.index.close()


def broken_backend(here: World, project: Path) -> None:
    """The project becomes a packaged one whose backend fails."""
    away(here, project)
    here.packaged(project)
    (project / "backend" / "own.py").write_text("def build_wheel(*_):\n    raise RuntimeError('out of glue')\n")


PROJECT = {
    "no directory": Fault(away, 3, "does not exist", "name the directory", "shop"),
    "a file in its place": Fault(a_file, 3, "is not a directory", "name the directory", "shop"),
    "an empty directory": Fault(empty, 3, "there is no project here", "name its directory"),
    "a manifest that is no TOML": Fault(
        write(MANIFEST, "[project\n"), 3, "TOML|not valid|expected", "", "pyproject.toml:1"
    ),
    "a manifest that is no text": Fault(write(MANIFEST, b"\xff\xfe\0"), 3, "UTF-16", "", "pyproject.toml"),
    "a directory as the manifest": Fault(a_directory_in_place_of(MANIFEST), 3, "no pyproject.toml", "", "uv.lock"),
    "a name that is none": Fault(edit(MANIFEST, '"shop"', '"-no-"'), 3, "name", "", "pyproject.toml:2"),
    "a name that is a number": Fault(edit(MANIFEST, '"shop"', "17"), 3, "name", "", "pyproject.toml"),
    "a Python that is none": Fault(
        edit(MANIFEST, f"=={PYTHON}.*", "new"), 3, "requires-python|specifier", "", "pyproject.toml:4"
    ),
    "a Python that no suite has": Fault(edit(MANIFEST, f"=={PYTHON}.*", "==3.7.*"), 3, "Python|lock", ""),
    "dependencies that the lock does not have": Fault(
        edit(MANIFEST, "'other'", "'other', 'third'"), 3, "uv.lock|lock", "uv lock", "pyproject.toml"
    ),
    "a lock that is no TOML": Fault(write("uv.lock", "version = \n"), 3, "TOML|not valid|[Ii]nvalid", "", "uv.lock:1"),
    "a lock that was cut": Fault(
        edit("uv.lock", "]\n\n[package.metadata]", "\n[package.metadata]"), 3, ".", "", "uv.lock"
    ),
    "a lock from the future": Fault(edit("uv.lock", "version = 1\n", "version = 99\n"), 3, "99|version", "", "uv.lock"),
    "a lock with a package that is none": Fault(
        edit("uv.lock", 'name = "greeting"', "name = 3"), 3, ".", "", "uv.lock"
    ),
    "a lock without a manifest": Fault(remove(MANIFEST), 3, "pyproject.toml", "uv init", "uv.lock"),
    "no wheel that fits": Fault(other_wheel(tag="cp27-none-win32"), 3, "greeting 2.0", "uv lock", "uv.lock:6"),
    "nothing to start": Fault(remove("main.py"), 3, ".", "command|main.py|name"),
    "two applications that fit equally": Fault(two_applications, 3, "left|several|two", "--app|app"),
    "a build backend that fails": Fault(broken_backend, 3, "out of glue", "uv build", "pyproject.toml"),
}
CONFIGURATION = {
    "an unknown Python": Fault(nothing, 3, "3.99", "", flags=("--python", "3.99")),
    "a Python that is none": Fault(nothing, 2, "snake", "3.13", "--python", flags=("--python", "snake")),
    "an unknown base": Fault(nothing, 3, "plan9", "", flags=("--base", "plan9")),
    "an unknown key": Fault(
        edit(MANIFEST, "[project]", "[tool.pottle]\nbaze = 1\n[project]"), 3, "baze", "base", "pyproject.toml:2"
    ),
    "no URL as the mirror": Fault(
        newer(), 2, "mirror.*nowhere", "URL", "--mirror", flags=("--mirror", "nowhere", "--refresh")
    ),
    "a platform that is none": Fault(
        nothing, 2, "plan9", "linux/amd64", "--platform", flags=("--platform", "plan9/pdp11")
    ),
    "a port that is none": Fault(nothing, 2, "--port", "pottle build --help", flags=("--port", "x")),
    "a flag that is none": Fault(nothing, 2, "--prot", "pottle build --help", flags=("--prot", "1")),
    "a name that no image can have": Fault(nothing, 2, "name", "-t", flags=("-t", "UPPER CASE")),
    "certificates that are not there": Fault(
        nothing, 2, "no CA bundle", "--ca-cert", flags=("--ca-cert", "/nowhere.pem")
    ),
    "an output that says nothing": Fault(nothing, 2, "what should", ".tar", flags=("-o", "image")),
    "a directory for the output that is not there": Fault(
        nothing, 6, "/nowhere/x.tar", ".", flags=("-o", "/nowhere/x.tar")
    ),
    "a digest file in a directory that is not there": Fault(
        nothing, 6, "/nowhere/digest", ".", flags=("--digest-file", "/nowhere/digest")
    ),
}
SOURCES = {
    "a mirror that is away": Fault(mirror_is_away, 4, "cannot fetch", "network|mirror"),
    "a mirror that answers with errors": Fault(archive_fails("InRelease", 500), 4, "cannot fetch.*500", "mirror"),
    "a mirror that refuses": Fault(archive_fails("InRelease", 403), 4, "refused", "credentials"),
    "half a .deb": Fault(archive_fails("netbase_2", "cut"), 4, "body ended|peer closed", "network"),
    "a .deb with one bit turned": Fault(archive_fails("netbase_2", "damaged"), 5, "SHA-256", "mirror"),
    "a .deb that is too long": Fault(archive_fails("netbase_2", "longer"), 5, "longer", "mirror"),
    "a .deb that is gone": Fault(archive_fails("netbase_2", 404), 4, "netbase 2", "lock again|mirror"),
    "an index with one bit turned": Fault(archive_fails("by-hash", "damaged"), 5, "SHA-256", "mirror"),
    "a Release that nobody signed": Fault(signed_by("none"), 5, "no good signature", "another"),
    "a Release signed by a stranger": Fault(signed_by("foreign"), 5, "no good signature", "another"),
    "a Release that was altered": Fault(signed_by("altered"), 5, "no good signature", "another"),
    "a Release past its date": Fault(expired, 4, "expired", f"--allow-expired {BASE.suite}"),
    "a Release older than the last": Fault(older, 4, "older", "another mirror"),
    "a wheel with another hash": Fault(
        swapped, 5, "greeting 2.0 does not have the locked hash", "find out why", "uv.lock"
    ),
    "another wheel than was locked": Fault(wheel_fault("wrong-content"), 5, "greeting 2.0", "locked|why", "uv.lock"),
    "half a wheel": Fault(wheel_fault("truncated"), 5, "greeting 2.0", "again", "uv.lock"),
    "a wheel that is gone": Fault(wheel_fault("missing"), 4, "greeting 2.0", "lock again", "uv.lock"),
    "an index that fails": Fault(wheel_fault("server-error"), 4, "greeting 2.0", "later", "uv.lock"),
    "an index that is away": Fault(index_is_away, 4, "greeting 2.0|cannot be reached", "network", "uv.lock"),
}
FAULTS = {**PROJECT, **CONFIGURATION, **SOURCES}
ERROR = re.compile(r"error: (?P<what>.+)\n(?:  --> (?P<at>.+)\n)?  hint: (?P<hint>.+)\n")


def files(directory: Path) -> dict[str, str]:
    """Everything below, by digest."""
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def litter(here: World) -> list[Path]:
    """What a build that is over has no business to leave."""
    hidden = [path for path in here.cache.rglob(".*") if path.name.startswith((".partial", ".ingest", ".packed"))]
    work = list((here.cache / "work").glob("*"))
    return [*hidden, *work, *(here.home / "tmp").iterdir()]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_one_error_and_loses_nothing(fault: Fault, here: World, tmp_path: Path):
    project, out = here.virtual(tmp_path / "shop"), tmp_path / "out"
    out.mkdir()
    good = here.pottle("build", project, "-o", out / "x.tar", "--digest-file", out / "digest")
    before = files(out), files(here.cache / "store")
    fault.make(here, project)
    said = here.pottle("build", project, "-o", out / "x.tar", *fault.flags)
    assert (said.code, said.out) == (fault.code, ""), said.err
    error = ERROR.fullmatch(said.err)
    assert error is not None, said.err
    assert re.search(fault.what, error["what"]), said.err
    assert fault.at in (error["at"] or ""), said.err
    assert re.search(fault.hint, error["hint"]), said.err
    assert not error["what"].endswith(".")
    assert litter(here) == []
    if fault.flags[:1] not in [("-o",), ("--digest-file",)]:
        assert files(out) == before[0]
    assert {path: digest for path, digest in files(here.cache / "store").items() if path in before[1]} == before[1]
    assert here.image("shop").digest == good.digest


@pytest.mark.parametrize("name", ["a Release past its date", "half a .deb", "half a wheel", "a wheel that is gone"])
def test_when_the_fault_is_gone_the_build_goes_on(name: str, here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    FAULTS[name].make(here, project)
    assert here.pottle("build", project).code != 0
    here.archive._faults.clear()
    here.index.faults.clear()
    flags = ("--allow-expired", BASE.suite) if "Release" in name else ()
    again = here.pottle("build", project, *flags)
    assert again.code == 0, again.err
    assert again.digest == here.fresh("other").pottle("build", project, *flags).digest


def test_an_allowed_expired_release_is_a_warning(here: World, tmp_path: Path):
    expired(here, tmp_path)
    said = here.pottle("build", here.virtual(tmp_path / "shop"), "--allow-expired", BASE.suite)
    assert said.code == 0
    assert f"warning: the Release of {BASE.suite} is past its Valid-Until" in said.err


def test_an_output_that_may_not_be_written_is_said(here: World, tmp_path: Path):
    """A directory stands in its place: root may write anywhere else."""
    (tmp_path / "x.tar").mkdir()
    (tmp_path / "x.tar" / "inside").touch()
    said = here.pottle("build", here.virtual(tmp_path / "shop"), "--digest-file", tmp_path / "x.tar")
    assert said.code == 6
    assert str(tmp_path / "x.tar") in said.err


def test_an_error_as_json_says_the_same(here: World, tmp_path: Path):
    import json

    said = here.pottle("build", tmp_path / "nowhere", "--format", "json")
    told = json.loads(said.err)["error"]
    assert said.code == told["exit_code"] == 3
    assert told["at"]["path"].endswith("nowhere")
    assert told["hint"]


def test_a_cache_that_cannot_be_is_said(here: World, tmp_path: Path):
    (tmp_path / "file").touch()
    broken = here.fresh("broken", POTTLE_CACHE_DIR=str(tmp_path / "file" / "cache"))
    said = broken.pottle("build", here.virtual(tmp_path / "shop"))
    assert said.code == 6, said.err
    assert "Traceback" not in said.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop")
    (project / "main.py").chmod(0)
    said = here.pottle("build", project)
    assert said.code in {3, 6}
    assert "main.py" in said.err
