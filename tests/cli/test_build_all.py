"""`pottle build --all`: every project of a monorepo, each by itself."""

import json
import signal
from pathlib import Path

import pytest
from tests.cli.test_faults import litter
from tests.cli.test_interrupts import interrupt, wait_until
from tests.world import World

from pottle.oci.layout import Layout

LIBRARY = "[project]\nname = 'core'\nversion = '1'\n"


def named(project: Path, name: str) -> Path:
    for file in (project / "pyproject.toml", project / "uv.lock"):
        file.write_text(file.read_text().replace('"shop"', f'"{name}"'))
    return project


@pytest.fixture
def repository(here: World, tmp_path: Path) -> Path:
    """Two applications and a library."""
    root = tmp_path / "repository"
    named(here.virtual(root / "jobs"), "jobs")
    named(here.virtual(root / "web"), "web")
    (root / "core/src/core").mkdir(parents=True)
    (root / "core/pyproject.toml").write_text(LIBRARY)
    (root / "core/src/core/__init__.py").touch()
    return root


def names(here: World) -> list[str]:
    return sorted(Layout.open(here.cache / "store").references())


def test_each_application_is_built_under_its_own_name(here: World, repository: Path):
    said = here.pottle("build", "--all", repository)
    assert said.code == 0, said.err
    assert names(here) == ["docker.io/library/jobs:latest", "docker.io/library/web:latest"]
    assert said.out == f"jobs@{here.image('jobs').digest}\nweb@{here.image('web').digest}\n"
    lines = [line.split(maxsplit=1) for line in said.err.splitlines()]
    assert [line[0] for line in lines[:3]] == ["core", "jobs", "web"]
    assert "a library" in lines[0][1]
    assert " ".join(lines[-1]).startswith("2 built, ")


def test_together_or_alone_the_digests_are_the_same_and_what_they_share_is_made_once(here: World, repository: Path):
    here.pottle("build", "--all", repository)
    fetched = [path for path in here.archive.requests if path.endswith(".deb")]
    assert len(fetched) == len(set(fetched)) > 0
    for name in ("jobs", "web"):
        alone = here.fresh(f"alone-{name}").pottle("build", repository / name)
        assert here.image(name).digest == alone.digest


def test_the_projects_name_stands_where_the_pattern_has_it(here: World, repository: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    where = ("-o", f"{out}/{{name}}.tar", "-o", f"{out}/{{name}}/", "--digest-file", f"{out}/{{name}}.digest")
    said = here.pottle("build", "--all", repository, "-t", "registry.example/team/{name}:1.2", *where)
    assert said.code == 0, said.err
    assert names(here) == ["registry.example/team/jobs:1.2", "registry.example/team/web:1.2"]
    assert sorted(path.name for path in out.iterdir()) == [
        *("jobs", "jobs.digest", "jobs.tar"),
        *("web", "web.digest", "web.tar"),
    ]


def test_the_pattern_works_for_one_project_too(here: World, repository: Path):
    here.pottle("build", repository / "web", "-t", "registry.example/{name}")
    assert names(here) == ["registry.example/web:latest"]


@pytest.mark.parametrize("flag", [("-t", "shop:1"), ("-o", "x.tar"), ("--digest-file", "digest")])
def test_one_place_for_all_of_them_is_refused_before_anything_is_built(here: World, repository: Path, flag):
    said = here.pottle("build", "--all", repository, *flag)
    assert (said.code, said.out) == (2, "")
    assert f"{flag[1]} would be the same for 2 projects" in said.err
    assert "{name}" in said.err
    assert not (here.cache / "store").exists()


def test_two_projects_of_one_name_are_refused(here: World, repository: Path):
    named(here.virtual(repository / "other"), "web")
    said = here.pottle("build", "--all", repository)
    assert said.code == 2
    assert "2 projects are called web" in said.err


def test_where_one_fails_the_others_are_built(here: World, repository: Path):
    for name in ("left", "right"):
        (repository / f"jobs/{name}.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (repository / "jobs/main.py").unlink()
    here.virtual(repository / "broken")
    named(repository / "broken", "broken")
    (repository / "broken/uv.lock").write_text("version = 1\n[[package]]\nname = ")
    said = here.pottle("build", "--all", repository)
    assert said.code == 3
    assert names(here) == ["docker.io/library/web:latest"]
    assert said.err.count("error:") == 2
    assert "--> jobs/left.py:2" in said.err
    assert "--> broken/uv.lock" in said.err
    assert "1 built, 2 failed" in said.err


def test_an_archive_that_fails_for_one_does_not_stop_another(here: World, repository: Path, tmp_path: Path):
    (tmp_path / "web.tar").mkdir()
    (tmp_path / "web.tar/x").touch()
    said = here.pottle("build", "--all", repository, "-o", f"{tmp_path}/{{name}}.tar", "--platform=linux/amd64")
    assert (tmp_path / "jobs.tar").is_file()
    assert said.code == 0, said.err  # a directory that is there becomes a layout
    assert (tmp_path / "web.tar/oci-layout").is_file()


def test_json_has_what_was_built_or_why_not(here: World, repository: Path):
    (repository / "jobs/uv.lock").write_text("not toml")
    said = here.pottle("build", "--all", repository, "--format=json")
    told = json.loads(said.out)
    assert [each["directory"] for each in told] == ["core", "jobs", "web"]
    assert [each["built"] is not None for each in told] == [False, False, True]
    assert [each["error"] and each["error"]["exit_code"] for each in told] == [3, 3, None]
    assert told[2]["built"]["digest"] == here.image("web").digest
    assert said.code == 3


def test_an_interrupt_ends_all_of_them(here: World, repository: Path):
    here.archive.fail("netbase", "hang")
    process = here.start("build", "-q", "--all", repository)
    wait_until(lambda: any("netbase" in path for path in list(here.archive.requests)))
    assert interrupt(process, signal.SIGINT) < 1.5
    assert litter(here) == []
