"""`pottle cache`: what it says, what it removes, and that builds beside it know nothing of it."""

import contextlib
import io
import json
import os
import time
from pathlib import Path

import pytest
from tests.world import World

from pottle.cli.cache import _age, _bytes
from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings

LONG_AGO = 40 * 86400


def aged(cache: Path) -> None:
    """As if nothing had been used for a long time. Releases say by their time when they came."""
    then = time.time() - LONG_AGO
    for path in cache.rglob("*"):
        if "releases" not in path.parts:
            os.utime(path, (then, then), follow_symlinks=False)


def document(here: World, *arguments: str) -> dict:
    said = here.pottle("cache", *arguments, "--format", "json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def by_age(here: World, *more: str) -> dict:
    """Prunes what nobody has used for a month, by the machine's own clock."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = run(["cache", "prune", "--older-than", "30d", "--format", "json", *more], Surroundings(here.environ))
    assert code == 0
    return json.loads(out.getvalue())


def test_info_says_what_there_is(here: World, tmp_path: Path) -> None:
    here.pottle("build", here.virtual(tmp_path / "shop"))
    said = here.pottle("cache", "info")
    assert said.code == 0
    assert said.err == ""
    assert said.out.startswith(f"{here.cache}\n")
    for kind in ("images", "layers", "bytecode", "compilers", "packages", "indexes", "answers"):
        assert f"\n  {kind} " in said.out
    assert " in all\n" in said.out
    found = document(here, "info")
    assert found["prunable"] == 0
    assert found["size"] == sum(kind["size"] for kind in found["kinds"]) > 0


def test_info_of_nothing_is_no_error(here: World) -> None:
    assert "0 kB in all" in here.pottle("cache", "info").out


def test_a_build_after_any_pruning_gives_the_same_image(here: World, tmp_path: Path) -> None:
    project = here.virtual(tmp_path / "shop")
    good = here.pottle("build", project)
    for wish in ((), ("--older-than", "0s"), ("--max-size", "1MB"), ("--max-size", "0"), ("--all",)):
        assert here.pottle("cache", "prune", *wish).code == 0
        assert here.pottle("build", project).digest == good.digest
        here.image("shop")


def test_what_a_build_uses_is_young_though_it_makes_nothing(here: World, tmp_path: Path) -> None:
    """Layers by their records, images, and the .debs that the plan has locked, which a mirror may have no longer."""
    project = here.virtual(tmp_path / "shop")
    good = here.pottle("build", project)
    aged(here.cache)
    assert here.pottle("build", project).digest == good.digest
    removed = by_age(here)["removed"]
    assert not removed.keys() & {"images", "layers", "packages"}
    assert removed["bytecode"]
    project.joinpath("main.py").write_text("print('changed')\n")
    assert here.pottle("build", project).code == 0


def test_what_nobody_uses_grows_old(here: World, tmp_path: Path) -> None:
    here.pottle("build", here.virtual(tmp_path / "shop"))
    aged(here.cache)
    removed = by_age(here)
    assert removed["images"] == ["docker.io/library/shop:latest"]
    assert set(removed["removed"]) >= {"images", "layers", "packages", "bytecode", "compilers", "blobs"}
    assert {kind["kind"] for kind in document(here, "info")["kinds"]} <= {"releases"}


def test_running_an_image_is_a_use_of_it(here: World, tmp_path: Path) -> None:
    here.pottle("build", here.virtual(tmp_path / "shop"))
    aged(here.cache)
    here.spawn("run", "--backend", "nobody", "shop")
    assert by_age(here)["images"] == []


def test_a_dry_run_removes_nothing(here: World, tmp_path: Path) -> None:
    project = here.virtual(tmp_path / "shop")
    here.pottle("build", project)
    before = document(here, "info")
    said = here.pottle("cache", "prune", "--all", "--dry-run")
    assert "would free" in said.out
    assert document(here, "info") == before
    assert "freed" in here.pottle("cache", "prune", "--all").out
    assert document(here, "info")["kinds"] == []


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--older-than", "30"),
        ("--older-than", "-1d"),
        ("--older-than", "1y"),
        ("--max-size", "big"),
        ("--max-size", "-5GB"),
    ],
)
def test_a_slip_is_said(here: World, flag: str, value: str) -> None:
    said = here.pottle("cache", "prune", flag, value)
    assert said.code == 2
    assert "write" in said.err


def test_sizes_are_decimal_or_binary() -> None:
    sizes = {"5GB": 5 * 10**9, "5g": 5 * 10**9, "1.5 GiB": 3 * 2**29, "512MiB": 2**29, "17": 17, "0": 0, "2kB": 2000}
    assert {text: _bytes(None, None, text) for text in sizes} == sizes  # type: ignore[arg-type]
    ages = {"30d": 30 * 86400, "12h": 43200, "2w": 14 * 86400, "5m": 300, "0s": 0}
    assert {text: _age(None, None, text) for text in ages} == ages  # type: ignore[arg-type]


def test_builds_go_on_while_the_cache_is_emptied_again_and_again(here: World, tmp_path: Path) -> None:
    """The hardest of neighbours: everything goes whenever nobody is looking."""
    projects = [here.packaged(tmp_path / name) for name in ("one", "two")]
    digests = set()
    pruned = 0
    for _ in range(3):
        builds = [here.start("build", "-q", "-t", p.name, "-o", tmp_path / f"{p.name}.tar", p) for p in projects]
        while any(build.poll() is None for build in builds):  # on a slow machine a build takes no longer than this
            said = here.spawn("cache", "prune", "--all")
            assert said.code == 0, said.err
            pruned += 1
        for build in builds:
            out, err = build.communicate()
            assert build.returncode == 0, err
            digests.add(out.strip().partition("@")[2])
    assert len(digests) == 1
    assert pruned >= 3


def test_a_build_that_waits_for_its_backend_keeps_what_it_has_found(here: World, tmp_path: Path) -> None:
    """Its layers were there when it looked; they are there still when it puts the image together."""
    project = here.packaged(tmp_path / "shop")
    good = here.pottle("build", project)
    (project / "sleep").write_text("2")
    build = here.start("build", "-q", project)
    while not list((here.cache / "work").glob("build-*")):
        time.sleep(0.01)
    began = time.monotonic()
    pruning = here.spawn("cache", "prune", "--all")
    assert pruning.code == 0, pruning.err
    out, err = build.communicate()
    assert build.returncode == 0, err
    assert time.monotonic() - began > 1
    assert out.strip().partition("@")[2] != ""
    assert good.code == 0
