"""`docker-bake.json`: a target for each image, and what differs between machines as variables."""

import json
from pathlib import Path

import msgspec
import pytest
from tests.named import CASES, project

from pottle import api
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan
from pottle.render.bake import Target, render

HOST = api.Host(Path("/nonexistent"), {})


def planned(name: str) -> ImagePlan:
    case = next(case for case in CASES if case.name == name)
    return api.plan(project(case), api.read_options(project(case), {}, {}), Platform.parse("linux/amd64"))


@pytest.fixture(scope="module")
def plan() -> ImagePlan:
    return planned("fastapi-packaged")


def test_a_target_says_where_its_project_is(plan: ImagePlan):
    document = json.loads(
        render([Target(plan, "apps/web", ".", "apps/web/Dockerfile", ("linux/amd64", "linux/arm64"))])
    )
    assert document["group"]["default"]["targets"] == [plan.name]
    target = document["target"][plan.name]
    assert (target["context"], target["dockerfile"]) == (".", "apps/web/Dockerfile")
    assert target["platforms"] == ["linux/amd64", "linux/arm64"]
    assert target["tags"] == [f"${{REGISTRY}}{plan.name}:${{TAG}}"]
    assert f"org.opencontainers.image.title={plan.name}" in target["annotations"]


def test_the_builders_own_platform_is_not_named(plan: ImagePlan):
    assert "platforms" not in json.loads(render([Target(plan, ".", ".", "Dockerfile")]))["target"][plan.name]


def test_the_cache_is_a_registrys_where_one_is_named(plan: ImagePlan):
    target = json.loads(render([Target(plan, ".", ".", "Dockerfile")]))["target"][plan.name]
    assert target["cache-from"] == f'${{equal("", CACHE) ? [] : ["type=registry,ref=${{CACHE}}/{plan.name}"]}}'
    assert target["cache-to"].endswith(',mode=max"]}')


def test_secrets_are_files_that_variables_name(plan: ImagePlan):
    document = json.loads(render([Target(plan, ".", ".", "Dockerfile", secrets=("ca", "netrc"))]))
    assert {"CA_BUNDLE", "NETRC"} <= document["variable"].keys()
    assert document["target"][plan.name]["secret"].count("${") == 3


def test_projects_of_one_name_are_told_apart_by_their_directories(plan: ImagePlan):
    document = json.loads(render([Target(plan, each, ".", f"{each}/Dockerfile") for each in ("apps/web", "apps/api")]))
    assert list(document["target"]) == ["apps-web", "apps-api"]


def test_what_a_project_says_of_itself_is_no_expression(plan: ImagePlan):
    named = msgspec.structs.replace(plan, annotations=(("title", "${danger} %{danger}"),))
    target = json.loads(render([Target(named, ".", ".", "Dockerfile")]))["target"][plan.name]
    assert target["annotations"] == ["title=$${danger} %%{danger}"]


def test_a_version_out_of_version_control_is_asked_for():
    document = json.loads(render([Target(planned("scm-version-hatch-vcs"), ".", ".", "Dockerfile")]))
    (target,) = document["target"].values()
    assert target["args"] == {"VERSION": "${VERSION}"}
    assert "VERSION" in document["variable"]


def test_every_project_of_a_repository_that_runs_is_a_target():
    root = next(case for case in CASES if case.name == "uv-workspace-member")
    (output,) = api.generate_all(["bake"], root, {}, HOST)
    targets = json.loads(output.text)["target"]
    assert {name: target["dockerfile"] for name, target in targets.items()} == {
        "acme-jobs": "packages/jobs/Dockerfile",
        "acme-web": "packages/web/Dockerfile",
    }
    assert {target["context"] for target in targets.values()} == {"."}
