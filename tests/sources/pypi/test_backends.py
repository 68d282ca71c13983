"""Real build backends, fetched from an index, build real layouts from the copy: readme, licence, data, and a version without `.git`."""

import os
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pottle.project.checkout import described
from pottle.project.reader import read_project
from pottle.project.tree import DirectoryTree
from pottle.project.version import NOTHING, derive, pretence
from pottle.sources.pypi.project_wheel import build_project
from pottle.sources.pypi.uv import Session
from pottle.tags import Target

pytestmark = pytest.mark.network

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


@dataclass(frozen=True)
class Layout:
    """A project, and what its wheel has to hold."""

    pyproject: str
    files: Mapping[str, str]
    held: tuple[str, ...]
    version: str = "1.0"
    """Two commits after the tag v1.2.3; `HASH` stands for the commit."""


def system(backend: str, *requires: str) -> str:
    return f"[build-system]\nrequires = {list(requires)}\nbuild-backend = '{backend}'\n"


PROJECT = '[project]\nname = "shop"\ndescription = "a shop"\nreadme = "README.md"\nlicense = { file = "LICENSE" }\n%s\n'
STATIC, DYNAMIC = PROJECT % 'version = "1.0"', PROJECT % 'dynamic = ["version"]'
SETUP = """\
from setuptools import find_namespace_packages, setup
setup(
    name="shop", use_scm_version=True, long_description=open("README.rst").read(), packages=find_namespace_packages("src"),
    package_dir={"": "src"}, include_package_data=True, data_files=[("share/shop", ["etc/shop.ini"])],
)
"""

LAYOUTS = {
    "hatchling: src, force-include, a version from tags": Layout(
        DYNAMIC
        + system("hatchling.build", "hatchling", "hatch-vcs")
        + '[tool.hatch.version]\nsource = "vcs"\n[tool.hatch.build.hooks.vcs]\nversion-file = "src/shop/_version.py"\n'
        + '[tool.hatch.build.targets.wheel]\npackages = ["src/shop"]\n'
        + '[tool.hatch.build.targets.wheel.force-include]\n"etc/shop.ini" = "shop/shop.ini"\n',
        {"src/shop/__init__.py": "", "src/shop/page.html": "", "etc/shop.ini": "", ".dockerignore": "*\n!src\n"},
        ("shop/__init__.py", "shop/page.html", "shop/shop.ini", "shop/_version.py"),
        "1.2.4.dev2+gHASH",
    ),
    "setuptools: setup.py, a namespace, data that git alone lists": Layout(
        system("setuptools.build_meta", "setuptools", "setuptools-scm"),
        {
            "setup.py": SETUP,
            "README.rst": "",
            "src/acme/shop/__init__.py": "",
            "src/acme/shop/page.html": "",
            "etc/shop.ini": "",
        },
        ("acme/shop/__init__.py", "acme/shop/page.html", "shop-VERSION.data/data/share/shop/shop.ini"),
        "1.2.4.dev2+gHASH",
    ),
    "setuptools: flat, MANIFEST.in": Layout(
        STATIC + system("setuptools.build_meta", "setuptools") + '[tool.setuptools]\npackages = ["shop"]\n',
        {"shop/__init__.py": "", "shop/data/page.html": "", "MANIFEST.in": "graft shop/data\n"},
        ("shop/__init__.py", "shop/data/page.html"),
    ),
    "flit-core: flat": Layout(
        STATIC + system("flit_core.buildapi", "flit_core>=3.4"),
        {"shop/__init__.py": "", "shop/page.html": ""},
        ("shop/__init__.py", "shop/page.html"),
    ),
    "poetry-core: src, a version from tags": Layout(
        '[tool.poetry]\nname = "shop"\nversion = "0"\ndescription = ""\nauthors = []\nreadme = "README.md"\n'
        "[tool.poetry-dynamic-versioning]\nenable = true\n"
        + system("poetry_dynamic_versioning.backend", "poetry-core", "poetry-dynamic-versioning"),
        {"src/shop/__init__.py": "", "src/shop/page.html": ""},
        ("shop/__init__.py", "shop/page.html"),
        "1.2.3.post2.dev0+HASH",
    ),
    "pdm-backend: src, a version from tags": Layout(
        DYNAMIC + system("pdm.backend", "pdm-backend") + '[tool.pdm.version]\nsource = "scm"\n',
        {"src/shop/__init__.py": "", "src/shop/page.html": ""},
        ("shop/__init__.py", "shop/page.html"),
        "1.2.4.dev2+gHASH",
    ),
    "uv_build: a namespace": Layout(
        STATIC + system("uv_build", "uv_build") + '[tool.uv.build-backend]\nmodule-name = "acme.shop"\n',
        {"src/acme/shop/__init__.py": "", "src/acme/shop/page.html": ""},
        ("acme/shop/__init__.py", "acme/shop/page.html"),
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_builds(layout: Layout, tmp_path: Path):
    root, commit = _checkout(layout, tmp_path / "shop")
    wheel = _build(root, tmp_path)
    version = layout.version.replace("HASH", commit)
    name = next(
        version.replace(commit, commit[:n]) for n in (7, 9) if f"-{version.replace(commit, commit[:n])}-" in wheel.name
    )
    held = zipfile.ZipFile(wheel).namelist()
    assert {path.replace("VERSION", name) for path in layout.held} <= set(held)
    assert not [path for path in held if ".git" in path]


def _checkout(layout: Layout, root: Path) -> tuple[Path, str]:
    """The project in a repository, two commits after `v1.2.3`, and the last commit."""
    files = {
        "pyproject.toml": layout.pyproject,
        "README.md": "# shop\n",
        "LICENSE": "MIT\n",
        ".gitignore": "_version.py\n",
    }
    for path, text in (files | dict(layout.files)).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for command in ("init -q", "add -A", "commit -qm x", "tag v1.2.3", *["commit -qm x --allow-empty"] * 2):
        _git(root, *command.split())
    return root, _git(root, "rev-parse", "HEAD")


def _git(root: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", "-C", root, *arguments], check=True, env=ENVIRON | who, capture_output=True, text=True
    )
    return done.stdout.strip()


def _build(root: Path, tmp_path: Path) -> Path:
    """As `pottle build` has it built."""
    tree = DirectoryTree(root)
    facts = read_project(tree)
    shown = NOTHING
    if facts.versioning is not None:
        at = described(root, ENVIRON, facts.versioning.tags)
        shown = pretence(facts.versioning.tool, "shop", derive(facts.versioning, "shop", tree, at, {}).version)
    environ = {**os.environ, "TMPDIR": str(tmp_path), "UV_SYSTEM_CERTS": "1"}
    session = Session(environ, Target("3.13", "linux/amd64", (2, 41)))
    files = [(path, root / path) for path in tree.files()]
    return build_project(session, files, tmp_path / "wheels", 315532801, shown)
