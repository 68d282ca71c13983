"""Manifests, by the API's own schemas and by what they mean."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.render.test_compose import READ, planned

from pottle import manifests
from pottle.plan.model import ImagePlan
from pottle.project.variables import Variable
from pottle.render.kubernetes import name_of, remembered, render
from pottle.text import Location

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*/kubernetes.yaml"))
SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("kubernetes-*.json"))
HERE = Location("settings.py", 1)


def read(text: str) -> dict[tuple[str, str], dict]:
    """Kind and name → object."""
    return {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(text)}


def pod(document: dict) -> dict:
    spec = document["spec"]
    spec = spec["jobTemplate"]["spec"] if document["kind"] == "CronJob" else spec
    return spec["template"]["spec"]


def pods(text: str) -> list[dict]:
    return [pod(each) for each in read(text).values() if each["kind"] in ("Deployment", "Job", "CronJob")]


@pytest.fixture(scope="module")
def orders() -> ImagePlan:
    return planned("servers-beside")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_the_api_takes_every_golden(schema: Path):
    """Strictly: a key that it does not know is an error."""
    document = json.loads(schema.read_text())
    validators = {
        kind: jsonschema.Draft202012Validator({"$defs": document["$defs"], **reference})
        for kind, reference in document["kinds"].items()
    }
    found = [
        f"{path.parent.name}: {error.json_path}: {error.message}"
        for path in GOLDEN
        for each in yaml.safe_load_all(path.read_text())
        for error in validators[each["kind"]].iter_errors(each)
    ]
    assert len(GOLDEN) >= 18
    assert found == []


def test_a_key_that_is_none_is_found():
    document = json.loads(SCHEMAS[0].read_text())
    validator = jsonschema.Draft202012Validator({"$defs": document["$defs"], **document["kinds"]["Service"]})
    assert not validator.is_valid({"apiVersion": "v1", "kind": "Service", "spec": {"prots": []}})


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_pods_keep_the_restricted_standard(path: Path):
    for spec in pods(path.read_text()):
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert isinstance(spec["securityContext"]["runAsUser"], int)
        assert spec["automountServiceAccountToken"] is False
        (container,) = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]
        assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in spec["volumes"]}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_resolve_finds_the_project_in_every_pod(path: Path):
    text = path.read_text()
    manifest = manifests.read(str(path), text.encode())
    assert manifest.problems == ()
    assert len(manifest.mentions) == len(pods(text))
    assert {manifest.project_of(each) for each in manifest.mentions} == {path.parent}


def test_what_becomes_of_each_process(orders: ImagePlan):
    found = read(render(orders, READ))
    assert {kind for kind, _ in found} == {"ConfigMap", "Job", "Deployment", "Service", "CronJob"}
    assert pod(found["Deployment", "orders-desk-worker"])["containers"][0]["args"][0] == "arq"
    assert "args" not in pod(found["Deployment", "orders-desk"])["containers"][0]
    assert found["CronJob", "orders-desk-tidy"]["spec"]["schedule"] == "30 3 * * *"
    assert pod(found["Job", "orders-desk-migrate"])["restartPolicy"] == "Never"


def test_a_service_finds_its_pods(orders: ImagePlan):
    found = read(render(orders, READ))
    service, deployment = found["Service", "orders-desk"], found["Deployment", "orders-desk"]
    assert service["spec"]["selector"] == deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["ports"][0]["targetPort"] == pod(deployment)["containers"][0]["ports"][0]["name"]


def test_what_is_secret_is_referred_to(orders: ImagePlan):
    read_here = (*READ, Variable("REGION", HERE, demanded=True), Variable("API_TOKEN", HERE))
    text = render(orders, read_here)
    container = pod(read(text)["Deployment", "orders-desk"])["containers"][0]
    references = {each["name"]: each["valueFrom"] for each in container["env"]}
    assert references == {
        "REGION": {"configMapKeyRef": {"name": "orders-desk", "key": "REGION"}},
        "API_TOKEN": {"secretKeyRef": {"name": "orders-desk", "key": "API_TOKEN", "optional": True}},
        **{
            name: {"secretKeyRef": {"name": "orders-desk", "key": name}}
            for name in ("ORDERS_DATABASE_URL", "ORDERS_REDIS_URL", "SIGNING_KEY")
        },
    }
    assert read(text)["ConfigMap", "orders-desk"]["data"] == {"LOG_LEVEL": "info"}
    assert "localhost" not in text


def test_ready_is_what_the_images_health_check_asks(orders: ImagePlan):
    container = pod(read(render(orders, ()))["Deployment", "orders-desk"])["containers"][0]
    assert container["readinessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["livenessProbe"]["tcpSocket"] == {"port": "http"}
    plain = pod(read(render(planned("django-static-root"), ()))["Deployment", "django-site"])["containers"][0]
    assert plain["readinessProbe"]["tcpSocket"] == {"port": "http"}


def test_what_keeps_data_runs_once():
    found = read(render(planned("sqlite-in-subdirectory"), ()))
    (deployment,) = (each for (kind, _), each in found.items() if kind == "Deployment")
    assert (deployment["spec"]["replicas"], deployment["spec"]["strategy"]) == (1, {"type": "Recreate"})
    claim = pod(deployment)["volumes"][-1]["persistentVolumeClaim"]["claimName"]
    assert ("PersistentVolumeClaim", claim) in found
    assert pod(deployment)["securityContext"]["fsGroup"] == 65532


def test_one_beat_and_no_more():
    found = read(render(planned("celery-with-django"), ()))
    assert found["Deployment", "celery-with-django-beat"]["spec"]["strategy"] == {"type": "Recreate"}
    assert found["Deployment", "celery-with-django"]["spec"]["replicas"] == 2


def test_an_image_by_its_name():
    text = render(planned("plain-script"), (), "registry.example/app:1")
    assert [spec["containers"][0]["image"] for spec in pods(text)] == ["registry.example/app:1"]
    assert remembered(text) == "registry.example/app:1"
    assert remembered(render(planned("plain-script"), ())) is None


def test_a_script_is_named_as_one():
    text = render(planned("pep723-script"), (), script="report.py")
    assert [spec["containers"][0]["image"] for spec in pods(text)] == ["pottle://report.py"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("Shop_App", "web"), "shop-app-web"),
        (("2048",), "app-2048"),
        (("a" * 60,), "a" * 52),
        (("a" * 51 + "-b",), "a" * 51),
    ],
)
def test_names_are_those_that_kubernetes_takes(words: tuple[str, ...], name: str):
    assert name_of(*words) == name


_CELERY = planned("celery-with-django")


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_what_a_project_says_is_no_variable_of_kubernetes(word: str, value: str):
    (first, second, *others) = _CELERY.processes
    second = msgspec.structs.replace(second, command=("run", word), environment=(("GIVEN", value),))
    changed = msgspec.structs.replace(_CELERY, processes=(first, second, *others))
    container = pod(read(render(changed, ()))["Deployment", "celery-with-django-worker"])["containers"][0]
    assert _expanded(container["args"][1]) == word
    assert _expanded(container["env"][0]["value"]) == value


def _expanded(text: str) -> str:
    """As Kubernetes reads it where every `$` is doubled (third_party/forked/golang/expansion)."""
    assert "$" not in text.replace("$$", "")
    return text.replace("$$", "$")
