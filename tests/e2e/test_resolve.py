"""Manifests that were resolved against a real registry name images that docker pulls and runs."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker

pytestmark = pytest.mark.engine

MANIFEST = """\
apiVersion: batch/v1
kind: Job
metadata: {{name: job}}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: job
          image: pottle://{project}   # built by us
"""


def images(value: object) -> list[str]:
    """Every `image:` of a document, without knowing its schema."""
    if isinstance(value, dict):
        own = [each for key, each in value.items() if key == "image" and isinstance(each, str)]
        return own + [found for each in value.values() for found in images(each)]
    return [found for each in value for found in images(each)] if isinstance(value, list) else []


def test_what_manifests_name_can_be_pulled(
    pottle: Pottle, docker: Docker, registry: str, project: Callable[[projects.Files], Path], tmp_path: Path
):
    here = project(projects.FLASK)
    (tmp_path / "project").symlink_to(here)
    (tmp_path / "job.yaml").write_text(MANIFEST.format(project="./project"))
    place = f"{registry}/e2e/{uuid.uuid4().hex[:12]}"
    said = pottle("resolve", "--repository", place, tmp_path / "job.yaml")
    (image,) = images(yaml.safe_load(said.stdout))
    assert said.stdout == MANIFEST.format(project="./project").replace("pottle://./project", image)
    docker("pull", "--quiet", image)
    try:
        assert (
            docker("run", "--rm", "--entrypoint", "python", image, "-c", "import flask; print('here')").strip()
            == "here"
        )
    finally:
        docker("rmi", image)


def test_generated_manifests_name_what_was_pushed(
    pottle: Pottle, registry: str, project: Callable[[projects.Files], Path], tool, tmp_path: Path
):
    here = shutil.copytree(project(projects.DJANGO), tmp_path / "shop")
    pottle("generate", "kubernetes", here)
    place = f"{registry}/e2e/{uuid.uuid4().hex[:12]}"
    said = pottle("resolve", "--repository", place, here / "kubernetes.yaml")
    documents = list(yaml.safe_load_all(said.stdout))
    (image,) = {each for document in documents for each in images(document)}
    assert [document["kind"] for document in documents] == ["ConfigMap", "Job", "Deployment", "Service"]
    digest = tool("skopeo", "inspect", "--tls-verify=false", "--format={{.Digest}}", f"docker://{image}")
    assert image == f"{place}/bookshop@{digest.strip()}"
