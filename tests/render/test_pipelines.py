"""Pipelines: as a person reads them, by their providers' schemas, and by what is done in them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.named import CASES

from pottle import api
from pottle.render.pipelines import GITHUB, GITLAB, Built, render

GOLDEN = Path(__file__).parent / "golden" / "pipelines"
HOST = api.Host(Path("/nonexistent"), {})
SHOWN = {
    "github.yaml": ("fastapi-packaged", "github", False),
    "github-history.yaml": ("scm-version-hatch-vcs", "github", False),
    "github-all.yaml": ("uv-workspace-member", "github", True),
    "gitlab.yaml": ("fastapi-packaged", "gitlab", False),
    "gitlab-all.yaml": ("uv-workspace-member", "gitlab", True),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_generated_for_a_repository(name: str, tmp_path: Path):
    case, provider, every = SHOWN[name]
    shutil.copytree(next(each for each in CASES if each.name == case), tmp_path / "shop")
    (tmp_path / "shop/.git").mkdir()
    kinds = [f"ci-{provider}"]
    root = tmp_path / "shop"
    (output,) = (
        api.generate_all(kinds, root, {}, HOST)
        if every
        else api.generate(kinds, root, api.read_options(root, {}, {}), HOST)
    )
    assert output.path == root / (GITHUB if provider == "github" else GITLAB)
    if os.environ.get("GOLDEN") == "rewrite":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(output.text)
    assert (GOLDEN / name).read_text() == output.text


@pytest.mark.parametrize(("provider", "schema"), [("github", "github-workflows"), ("gitlab", "gitlab-ci")])
def test_the_schema_of_the_provider_takes_every_golden(provider: str, schema: str):
    checker = Path(sys.executable).with_name("check-jsonschema")
    files = sorted(GOLDEN.glob(f"{provider}*.yaml"))
    done = subprocess.run(
        [checker, "--builtin-schema", f"vendor.{schema}", *files], capture_output=True, text=True, check=False
    )
    assert len(files) >= 2
    assert done.returncode == 0, done.stdout


def scripts(provider: str, built: Built) -> list[str]:
    """What the jobs run, each step by itself."""
    document = yaml.safe_load(render(provider, built))
    if provider == "github":
        return [step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step]
    jobs = [each for each in document.values() if isinstance(each, dict)]
    return [line for job in jobs for key in ("before_script", "script") for line in job.get(key, [])]


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_what_is_run_is_read_by_a_shell(provider: str):
    for script in scripts(provider, Built("shop", "apps/my shop", every=True)):
        assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0, script


def test_actions_are_pinned_and_rights_are_few():
    text = (GOLDEN / "github.yaml").read_text()
    document = yaml.safe_load(text)
    used = [step["uses"] for job in document["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(len(each.partition("@")[2]) == 40 for each in used)
    assert document["permissions"] == {}
    assert document["jobs"]["check"]["permissions"] == {"contents": "read", "packages": "read"}
    assert document["jobs"]["push"]["permissions"] == {"contents": "read", "packages": "write"}


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_only_what_pushes_writes_the_cache(provider: str):
    found = scripts(provider, Built("shop"))
    assert [script for script in found if "--cache-to" in script] == [each for each in found if "--push" in each]
    assert all("${{" not in script for script in found)


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_a_directory_is_one_word_whatever_it_is_called(directory: str):
    (script,) = (each for each in scripts("gitlab", Built("shop", directory)) if "--check" in each)
    done = subprocess.run(
        ["bash", "-c", 'pottle() { printf "%s\\0" "$@"; }\n' + script], capture_output=True, check=True
    )
    assert done.stdout.decode().split("\0")[3] == directory


def test_a_directory_is_no_expression():
    text = render("github", Built("shop", "${{ secrets.GITHUB_TOKEN }}"))
    assert "'${{ '${{' }} secrets.GITHUB_TOKEN }}'" in text
