"""The steps of generated pipelines, run here as a runner runs them: what is old is found, and the image lies in the registry."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.test_generate import locked

pytestmark = [pytest.mark.engine, pytest.mark.network]


@pytest.fixture(scope="module")
def checkout(pottle: Pottle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with its generated files."""
    path = tmp_path_factory.mktemp("checkout") / "guestbook"
    path.mkdir()
    subprocess.run(["git", "init", "--quiet", path], check=True)
    locked(projects.write(projects.FLASK, path))
    for kind in ("dockerignore", "dockerfile", "compose", "kubernetes"):
        pottle("generate", kind, path)
    for provider in ("github", "gitlab"):
        pottle("generate", "ci", "--provider", provider, path)
    return path


@pytest.fixture(scope="module")
def environ(pottle: Pottle, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """As on a runner: `pottle` is installed."""
    programs = tmp_path_factory.mktemp("bin")
    program = programs / "pottle"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m pottle "$@"\n')
    program.chmod(0o755)
    return {**pottle.environ, "PATH": f"{programs}{os.pathsep}{pottle.environ['PATH']}"}


def done(script: str, checkout: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """One step, in the shell that a runner gives it."""
    command = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script)
    return subprocess.run(command, cwd=checkout, env=dict(environ), capture_output=True, text=True, check=False)


def steps(checkout: Path, provider: str, job: str) -> list[str]:
    """What a job runs once it is set up."""
    if provider == "github":
        document = yaml.safe_load((checkout / ".github/workflows/image.yaml").read_text())
        found = [each for each in document["jobs"][job]["steps"] if "run" in each and each.get("name") != "Log in"]
        return [each["run"] for each in found if not each["run"].startswith("pipx ")]
    document = yaml.safe_load((checkout / ".gitlab-ci.yml").read_text())
    return ["\n".join(document[job]["script"])]


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_the_image_lies_in_the_registry_by_the_digest_that_is_handed_on(
    provider: str, checkout: Path, environ: Mapping[str, str], registry: str, tool, tmp_path: Path
):
    image = f"{registry}/pipelines/{provider}"
    told, summary = tmp_path / "output", tmp_path / "summary"
    given = {
        "IMAGE": image,
        "GITHUB_REF_NAME": "v1.2",
        "GITHUB_OUTPUT": str(told),
        "GITHUB_STEP_SUMMARY": str(summary),
        "CI_REGISTRY_IMAGE": image,
        "CI_COMMIT_TAG": "v1.2",
    }
    for script in steps(checkout, provider, "push"):
        result = done(script, checkout, {**environ, **given})
        assert result.returncode == 0, result.stderr
    text = told.read_text() if provider == "github" else (checkout / "image.env").read_text()
    digest = text[text.index("@sha256:") + 1 :].split()[0]
    found = tool("skopeo", "inspect", "--tls-verify=false", "--format={{.Digest}}", f"docker://{image}:v1.2")
    assert found.strip() == digest
    cached = tool("skopeo", "list-tags", "--tls-verify=false", f"docker://{image}/cache")
    assert len(json.loads(cached)["Tags"]) > 2


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_change_that_makes_a_file_old_is_found(
    provider: str, checkout: Path, environ: Mapping[str, str], registry: str
):
    given = {**environ, "IMAGE": f"{registry}/pipelines/{provider}", "CI_REGISTRY_IMAGE": f"{registry}/pipelines"}
    results = [done(script, checkout, given) for script in steps(checkout, provider, "check")]
    assert [result.returncode for result in results] == [0] * len(results), results
    settings = checkout / "pottle.toml"
    settings.write_text('env = { GREETING = "hello" }\n')
    try:
        results = [done(script, checkout, given) for script in steps(checkout, provider, "check")]
    finally:
        settings.unlink()
    failed = [result for result in results if result.returncode]
    assert [result.returncode for result in failed] == [1]
    assert "+ENV GREETING=hello" in failed[0].stdout
