"""The files for the named projects, as a person reads them. `make golden` writes them anew; the diff is what is reviewed."""

import os
import re
import shlex
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.named import CASES, project
from tests.render.variants import VARIANTS

from pottle import api
from pottle.oci.platform import Platform
from pottle.plan.model import CopyProject
from pottle.project import ignore
from pottle.render.style import Style

GOLDEN = Path(__file__).parent / "golden"
SHOWN = (
    "celery-with-django",
    "compiled-asgi",
    "compiled-cli",
    "django-static-root",
    "extras-and-groups",
    "git-dependency",
    "fastapi-packaged",
    "pdm-groups",
    "pipenv-flask",
    "plain-script",
    "pottle-lock-used",
    "pylock-plain",
    "poetry-2-project-table",
    "python-39-standalone",
    "requirements-hashed",
    "requirements-unpinned",
    "scm-version-hatch-vcs",
    "scm-version-setup-py",
    "servers-beside",
    "setuptools-dynamic-file",
    "sqlite-in-subdirectory",
    "uv-workspace-member",
)
KINDS = ("dockerfile", "dockerignore", "bake", "compose", "compose-production", "kubernetes")
HOST = api.Host(Path("/nonexistent"), {})


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them in a place of their own: a repository of which git says nothing."""
    copied = tmp_path_factory.mktemp("repository")
    (copied / ".git").mkdir()
    shutil.copytree(CASES[0].parent, copied / "cases")
    return copied / "cases"


@pytest.fixture
def root(case: Path, cases: Path) -> Path:
    """The project of the case."""
    return cases / project(case).relative_to(case.parent)


def generated(kind: str, root: Path, style: Style | None = None, **flags: object) -> dict[str, str]:
    """File name → text."""
    outputs = api.generate([kind], root, api.read_options(root, {}, flags), HOST, style)
    return {output.path.name: output.text for output in outputs}


CASES_WITH_FILES = [case for case in CASES if (case / "plan.json").exists()]
EXISTING = [case for case in CASES if case.name in SHOWN]


@pytest.mark.parametrize("case", EXISTING, ids=lambda case: case.name)
def test_what_is_generated_for_a_named_project(case: Path, root: Path):
    kinds = KINDS if case.name.startswith("compiled-") else (*KINDS, "devcontainer")
    texts = {name: text for kind in kinds for name, text in generated(kind, root).items()}
    directory = GOLDEN / case.name
    # Under names that mean nothing to git and to the tools that look for them.
    named = {name.lower().lstrip(".") + ("" if "." in name[1:] else ".txt"): text for name, text in texts.items()}
    if os.environ.get("GOLDEN") == "rewrite":
        directory.mkdir(parents=True, exist_ok=True)
        for old in directory.iterdir():
            old.unlink()
        for name, text in named.items():
            (directory / name).write_text(text)
    assert {path.name: path.read_text() for path in directory.iterdir()} == named


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_generated_in_another_style(name: str, cases: Path):
    variant = VARIANTS[name]
    case = next(case for case in CASES if case.name == variant.case)
    root = cases / project(case).relative_to(case.parent)
    text = generated("dockerfile", root, variant.style, **variant.options)["Dockerfile"]
    golden = GOLDEN.with_name("variants") / f"{name}.txt"
    if os.environ.get("GOLDEN") == "rewrite":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text)
    assert golden.read_text() == text


@pytest.mark.parametrize("case", CASES_WITH_FILES, ids=lambda case: case.name)
def test_the_ignore_file_hides_nothing_that_the_image_needs_and_every_secret(root: Path):
    ((name, text),) = generated("dockerignore", root).items()
    patterns = ignore.parse(text)
    dockerfile = generated("dockerfile", root)["Dockerfile"]
    sources = [part.partition("source=")[2].partition(",")[0] for part in dockerfile.split() if "type=bind" in part]
    assert [path for path in sources if patterns.leaves_out(path)] == []
    app = api.files_of(root, api.read_options(root, {}, {}), HOST).app
    if name == ".dockerignore":
        assert [path for path in app if patterns.leaves_out(path)] == []
    for secret in (".env", "deep/er/.env.local", "id_rsa", "config/credentials.json", "src/.git/config"):
        assert patterns.leaves_out(secret)


@pytest.mark.parametrize("case", EXISTING, ids=lambda case: case.name)
def test_what_was_written_changes_nothing_of_what_is_written_next(root: Path):
    first = [generated(kind, root) for kind in KINDS]
    for texts in first:
        for name, text in texts.items():
            (root / name).write_text(text)
    assert [generated(kind, root) for kind in KINDS] == first


@pytest.mark.parametrize("case", EXISTING, ids=lambda case: case.name)
def test_the_app_is_what_reaches_the_builder_and_is_not_removed(root: Path):
    for kind in KINDS:
        for name, text in generated(kind, root).items():
            (root / name).write_text(text)
    options = api.read_options(root, {}, {})
    layers = api.plan(root, options, Platform.parse("linux/amd64")).layers
    (without,) = (step.without for layer in layers for step in layer.steps if isinstance(step, CopyProject))
    app = {path for path in api.files_of(root, options, HOST).app if not is_below(path, without)}
    text = (root / "Dockerfile").read_text().partition(" AS app\n")[2].partition("\nFROM ")[0].replace("\\\n", " ")
    place = re.search(r"^COPY (\S+) \.$", text, re.MULTILINE)
    assert place is not None
    removed = [word for line in re.findall(r"rm -rf ([^&\n]+)", text) for word in shlex.split(line)]
    patterns = ignore.parse(next(root.glob("*.dockerignore")).read_text())
    sent = {path for path in files_below(root) if not patterns.leaves_out(os.path.normpath(f"{place[1]}/{path}"))}
    assert {path for path in sent if not is_below(path, removed)} == app


def is_below(path: str, places: Iterable[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in places)


def files_below(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
