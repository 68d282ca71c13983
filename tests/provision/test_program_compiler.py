"""Which Nuitka a program is compiled with."""

import hashlib
import io
import json
import os
import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from pottle.config.layer import from_pyproject
from pottle.oci.platform import Platform
from pottle.plan.lock import Build, BuildRequirement
from pottle.plan.model import ImagePlan
from pottle.plan.nuitka import VERSION
from pottle.plan.planner import make_plan
from pottle.progress import Silent
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.provision import program_compiler
from pottle.provision.settings import Settings
from pottle.testing.package_index import PackageIndex


def sdist(version: str) -> bytes:
    """A source archive whose metadata say all (Metadata 2.2), so that nothing is built to read them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        text = f"Metadata-Version: 2.2\nName: nuitka\nVersion: {version}\n".encode()
        member = tarfile.TarInfo(f"nuitka-{version}/PKG-INFO")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return out.getvalue()


class Sources(PackageIndex):
    """An index that has Nuitka as it is published: source archives, and no wheel."""

    archives: ClassVar = {f"nuitka-{version}.tar.gz": sdist(version) for version in (VERSION, "99.0")}

    def answer(self, path: str, authorization: str | None) -> tuple[int, str, bytes]:
        if path == "/simple/nuitka/":
            page = {
                "meta": {"api-version": "1.0"},
                "name": "nuitka",
                "files": [
                    {
                        "filename": name,
                        "url": f"{self.url.removesuffix('/simple')}/files/{name}",
                        "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
                    }
                    for name, content in self.archives.items()
                ],
            }
            return 200, "application/vnd.pypi.simple.v1+json", json.dumps(page).encode()
        if (content := self.archives.get(path.rpartition("/")[2])) is not None:
            return 200, "application/gzip", content
        return super().answer(path, authorization)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "UV_CACHE_DIR": str(tmp_path / "uv-cache")}
    return Settings(tmp_path / "cache", environ, tmp_path, Silent(), lambda: datetime.now(UTC), timedelta(hours=1))


def plan(text: str = 'compile = "nuitka"\npython = "3.13"') -> ImagePlan:
    options = from_pyproject(f"[tool.pottle]\n{text}\n").options()
    return make_plan(read_project(DictTree({"main.py": ""})), options, Platform.parse("linux/amd64"))


def test_it_is_the_source_archive_of_the_version_that_is_known(settings: Settings):
    with Sources() as index:
        ours = replace(settings, environ={**settings.environ, "UV_DEFAULT_INDEX": index.url})
        (build,) = program_compiler.build(plan(), (), ours)
    digest = hashlib.sha256(Sources.archives[f"nuitka-{VERSION}.tar.gz"]).hexdigest()
    assert build == Build("nuitka", (BuildRequirement("nuitka", VERSION, (digest,)),))


def test_what_a_lock_has_decided_stays(settings: Settings):
    decided = (Build("nuitka", (BuildRequirement("nuitka", "2.0", ("0" * 64,)),)),)
    assert program_compiler.build(plan(), decided, settings) == decided


def test_nothing_is_asked_for_what_is_not_compiled(settings: Settings):
    assert program_compiler.build(plan('python = "3.13"'), (), settings) == ()
