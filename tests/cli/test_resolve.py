"""`pottle resolve`: manifests in, manifests with digests out; or nothing at all."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.world import World

from pottle.build import builder
from pottle.testing.registry import FakeRegistry

MANIFEST = """\
# Two of one project, one of another.
image: pottle://../services/web   # kept
other: "pottle://../services/./web"
---
job: {image: pottle://../services/job}
"""


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with FakeRegistry() as running:
        yield running


@pytest.fixture
def tree(here: World, tmp_path: Path) -> Path:
    """Two projects of different names, and a manifest."""
    for name in ("web", "job"):
        project = here.virtual(tmp_path / "services" / name, **{"main.py": f"print({name!r})\n"})
        for file in ("pyproject.toml", "uv.lock"):
            path = project / file
            path.write_text(path.read_text().replace('name = "shop"', f'name = "{name}"'))
    (tmp_path / "k8s").mkdir()
    (tmp_path / "k8s" / "all.yaml").write_text(MANIFEST)
    return tmp_path


def image(registry: FakeRegistry, name: str, tag: str = "latest") -> str:
    return f"{registry.host}/team/{name}@{registry.tags[f'team/{name}'][tag]}"


def test_every_reference_becomes_the_digest_of_what_was_pushed(here, tree, registry):
    said = here.pottle("resolve", "--repository", f"{registry.host}/team", tree / "k8s")
    assert said.code == 0, said.err
    web, job = image(registry, "web"), image(registry, "job")
    expected = MANIFEST.replace("pottle://../services/web", web).replace("pottle://../services/./web", web)
    assert said.out == expected.replace("pottle://../services/job", job)
    assert web.partition("@")[2] != job.partition("@")[2]
    assert f"pottle://../services/web → {web}" in said.err
    assert len(registry.manifests["team/web"]) == 1


def test_what_projects_have_in_common_is_made_once(here, tree, registry, monkeypatch):
    written = []
    write = builder.write_layer

    def counted(*arguments: Any, **how: Any) -> Any:
        layer = write(*arguments, **how)
        written.append(layer.diff_id)
        return layer

    monkeypatch.setattr(builder, "write_layer", counted)
    assert here.pottle("resolve", "--repository", f"{registry.host}/team", tree / "k8s").code == 0
    assert len(written) == len(set(written)) > 3


def test_the_image_is_the_one_that_build_makes(here, tree, registry):
    here.pottle("resolve", "--repository", f"{registry.host}/team", tree / "k8s")
    digest = here.pottle("build", tree / "services" / "web").digest
    assert image(registry, "web").endswith(f"@{digest}")


def test_json_is_the_mapping(here, tree, registry):
    said = here.pottle(
        "resolve", "--repository", f"{registry.host}/team", "--format=json", "-q", "-t", "1.2", tree / "k8s"
    )
    assert said.code == 0, said.err
    assert said.err == ""
    web, job = json.loads(said.out)["images"]
    assert web["image"] == image(registry, "web", "1.2")
    assert web["names"] == [f"{registry.host}/team/web:1.2"]
    assert web["reference"] == "pottle://../services/web"
    assert [mention["line"] for mention in web["mentions"]] == [2, 3]
    assert job["mentions"] == [{"path": str(tree / "k8s" / "all.yaml"), "line": 5}]
    assert registry.tags["team/web"].keys() == {"1.2"}


def test_the_environment_may_name_the_repository(here, tree, registry):
    machine = here.fresh("machine", POTTLE_REPOSITORY=f"{registry.host}/team/")
    said = machine.pottle("resolve", "-q", tree / "k8s")
    assert said.code == 0, said.err
    assert image(registry, "web") in said.out


def test_stdin_is_a_manifest_of_where_we_are(here, tree, registry, monkeypatch):
    monkeypatch.chdir(tree / "services")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"image: pottle://web\r\n")))
    said = here.pottle("resolve", "--repository", f"{registry.host}/team", "-q", "-")
    assert said.code == 0, said.err
    assert said.out == f"image: {image(registry, 'web')}\r\n"


def test_several_platforms_become_one_index(here, tree, registry):
    both = "linux/amd64,linux/arm64"
    said = here.pottle("resolve", "--repository", f"{registry.host}/team", "--platform", both, "-q", tree / "k8s")
    assert said.code == 0, said.err
    kind, content = registry.manifests["team/web"][registry.tags["team/web"]["latest"]]
    assert kind == "application/vnd.oci.image.index.v1+json"
    assert len(json.loads(content)["manifests"]) == 2


def test_manifests_that_name_no_project_pass_through(here, tmp_path):
    (tmp_path / "a.yaml").write_text("a: {{ not yaml }}\n")
    said = here.pottle("resolve", "--repository", "registry.example/team", tmp_path / "a.yaml")
    assert (said.code, said.out, said.err) == (0, "a: {{ not yaml }}\n", "")


def test_another_machine_takes_the_layers_from_the_cache(here, tree, registry):
    cache = ("--cache-from", f"{registry.host}/ci/cache", "--cache-to", f"{registry.host}/ci/cache")
    first = here.pottle("resolve", "--repository", f"{registry.host}/team", *cache, tree / "k8s")
    assert first.code == 0, first.err
    registry.requests.clear()
    second = here.fresh("other").pottle("resolve", "--repository", f"{registry.host}/two", *cache, tree / "k8s")
    assert second.code == 0, second.err
    assert second.out == first.out.replace("/team/", "/two/")
    assert not [asked for asked in registry.requests if asked.method == "GET" and "/blobs/" in asked.path]


# --- nothing is printed unless everything succeeded ---------------------------------------------------


def failed(here: World, registry: FakeRegistry, *arguments: str | Path) -> str:
    said = here.pottle("resolve", "--repository", f"{registry.host}/team", *arguments)
    assert said.code != 0
    assert said.out == ""
    assert said.err.count("hint:") >= 1
    return said.err


def test_a_project_that_is_not_there_is_said_with_its_line(here, tree, registry):
    (tree / "k8s" / "b.yaml").write_text("# one\nimage: pottle://./gone\n")
    said = failed(here, registry, tree / "k8s")
    assert f"--> {tree}/k8s/b.yaml:2" in said
    assert "pottle://./gone: " in said
    assert f"{tree}/k8s/gone does not exist\n" in said
    assert registry.tags == {}


def test_a_project_that_cannot_be_built_is_said_with_its_line(here, tree, registry):
    lock = tree / "services" / "job" / "uv.lock"
    lock.write_text("garbage")
    said = failed(here, registry, tree / "k8s")
    assert f"--> {tree}/k8s/all.yaml:5" in said
    assert "(job/uv.lock" in said
    assert registry.tags == {}


def test_a_build_that_fails_stops_the_others(here, tree, registry):
    (tree / "services" / "job" / "main.py").unlink()
    (tree / "services" / "job" / "pyproject.toml").unlink()
    (tree / "services" / "job" / "uv.lock").unlink()
    assert "pottle://../services/job: " in failed(here, registry, tree / "k8s")
    assert registry.tags == {}


def test_all_references_that_are_wrong_are_said_at_once(here, tree, registry):
    (tree / "k8s" / "b.yaml").write_text("a: pottle:///srv/x\nb: pottle://\n")
    said = failed(here, registry, tree / "k8s")
    assert f"{tree}/k8s/b.yaml:1" in said
    assert f"{tree}/k8s/b.yaml:2" in said


def test_two_projects_of_one_name_are_not_pushed_over_each_other(here, tree, registry):
    job = tree / "services" / "job"
    for file in ("pyproject.toml", "uv.lock"):
        (job / file).write_text((job / file).read_text().replace('"job"', '"web"'))
    said = failed(here, registry, tree / "k8s")
    assert "would both be pushed to" in said
    assert registry.tags == {}


def test_a_registry_that_refuses_is_said_with_the_line(here, tree):
    with FakeRegistry(login=("me", "s3cret")) as registry:
        said = failed(here, registry, tree / "k8s")
    assert f"--> {tree}/k8s/all.yaml:" in said
    assert "does not let us push" in said


def test_without_a_repository_nothing_is_built(here, tree):
    said = here.pottle("resolve", tree / "k8s")
    assert said.code == 2
    assert "POTTLE_REPOSITORY" in said.err


def test_what_is_no_tag_is_said_first(here, tree):
    said = here.pottle("resolve", "--repository", "registry.example/team", "-t", "a b", tree / "k8s")
    assert said.code == 2
    assert "cannot be an image's name" in said.err
    assert not (here.cache / "store").exists()


@pytest.mark.parametrize("repository", ["UPPER", "registry.example/team:tag", "http://registry.example"])
def test_what_is_no_repository_is_said_first(here, tree, repository):
    said = here.pottle("resolve", "--repository", repository, tree / "k8s")
    assert said.code == 2
    assert "no image can be put below" in said.err
    assert not (here.cache / "store").exists()


def test_the_output_is_yaml_that_kubernetes_would_read(here, tree, registry):
    said = here.pottle("resolve", "--repository", f"{registry.host}/team", "-q", tree / "k8s")
    first, second = yaml.safe_load_all(said.out)
    assert first["image"] == first["other"] == image(registry, "web")
    assert second["job"]["image"] == image(registry, "job")
