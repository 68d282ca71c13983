"""Compose files: what is in them whatever the project, by the schema of the compose specification and by what they mean."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.named import CASES, project

from pottle import api
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan, InstallProject
from pottle.project.tree import DictTree
from pottle.project.variables import Variable, variables
from pottle.render.compose import Project, development, production
from pottle.text import Location

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*/compose*.yaml"))
HERE = Location("settings.py", 1)


def planned(name: str) -> ImagePlan:
    case = next(case for case in CASES if case.name == name)
    return api.plan(project(case), api.read_options(project(case), {}, {}), Platform.parse("linux/amd64"))


@pytest.fixture(scope="module")
def orders() -> ImagePlan:
    """FastAPI, SQLAlchemy over asyncpg, arq, Alembic, and a job at its time."""
    return planned("servers-beside")


READ = (
    Variable("ORDERS_DATABASE_URL", HERE, demanded=True),
    Variable("ORDERS_REDIS_URL", HERE, "redis://localhost:6379/3"),
    Variable("SIGNING_KEY", HERE, demanded=True),
    Variable("LOG_LEVEL", HERE, "info"),
)


def read(text: str) -> dict:
    return yaml.safe_load(text)


def test_the_schema_of_the_specification_takes_every_golden():
    checker = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", *GOLDEN], capture_output=True, text=True, check=False
    )
    assert len(GOLDEN) > 30
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_nothing_in_a_golden_is_reached_from_outside_or_moves_by_itself(path: Path):
    document = read(path.read_text())
    for name, service in document["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert "latest" not in service.get("image", "")
        assert ":" in service.get("image", ":")
    secrets = [each for each in str(document).split("'") if "PASSWORD" in each.upper() and ":?}" not in each]
    assert [each for each in secrets if "=" in each] == []


def test_what_waits_for_whom(orders: ImagePlan):
    services = read(development(Project(orders, READ)))["services"]
    assert services["migrate"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    for name in ("web", "worker"):
        waits = services[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
    assert services["tidy"]["profiles"] == ["scheduled"]


def test_the_variables_that_the_code_reads_are_given_addresses(orders: ImagePlan):
    environment = read(development(Project(orders, READ)))["x-app"]["environment"]
    assert environment == {
        "ORDERS_DATABASE_URL": "postgresql+asyncpg://orders_desk:${POSTGRES_PASSWORD:?}@postgres:5432/orders_desk",
        "ORDERS_REDIS_URL": "redis://redis:6379/3",
        "SIGNING_KEY": "${SIGNING_KEY:?}",
    }


def test_a_name_that_nothing_reads_is_told_as_such(orders: ImagePlan):
    text = development(Project(orders))
    assert "# The code reads no variable for postgres: this is the usual name.\n    DATABASE_URL: " in text


def test_a_password_is_a_file_where_the_image_reads_one(orders: ImagePlan):
    for write in (development, production):
        document = read(write(Project(orders, READ)))
        postgres = document["services"]["postgres"]
        assert postgres["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/postgres-password"
        assert postgres["secrets"] == ["postgres-password"]
        assert document["secrets"] == {"postgres-password": {"environment": "POSTGRES_PASSWORD"}}
        # Compose cannot copy the file into a root that is read-only (2.26: "container rootfs is marked read-only").
        assert "read_only" not in postgres


def test_only_the_images_own_process_has_its_health_check(orders: ImagePlan):
    services = read(production(Project(orders, READ)))["services"]
    assert {name for name, each in services.items() if each.get("healthcheck") == {"disable": True}} == {
        "worker",
        "migrate",
        "tidy",
    }


def test_the_working_copy_is_mounted_and_reloaded(orders: ImagePlan):
    document = read(development(Project(orders, READ)))
    assert document["x-app"]["volumes"] == [".:/app"]
    web = document["services"]["web"]
    assert web["command"][:2] == ["uvicorn", "--reload"]
    assert "PYTHONPATH" not in document["x-app"]["environment"]


def test_a_package_is_imported_from_the_working_copy():
    document = read(development(Project(planned("fastapi-packaged"), roots=("src",))))
    assert document["services"]["web"]["environment"]["PYTHONPATH"] == "/app/src"


def test_a_stage_for_developers_has_its_own_command_and_finds_the_package():
    packaged = Project(planned("fastapi-packaged"), target="dev", roots=("src",))
    web = read(development(packaged))["services"]["web"]
    assert web["build"] == {"context": ".", "target": "dev"}
    assert "command" not in web
    assert "environment" not in web
    above = Project(planned("fastapi-packaged"), context="../..", target="dev", mount="/src")
    assert read(development(above))["services"]["web"]["volumes"] == ["../..:/src"]


def test_django_is_served_by_its_own_server_whatever_the_stage():
    services = read(development(Project(planned("django-static-root"), target="dev")))["services"]
    assert services["web"]["command"][:3] == ["python", "manage.py", "runserver"]
    assert "healthcheck" not in services["migrate"]


def test_what_has_to_be_compiled_is_built_anew_instead():
    plan = planned("fastapi-packaged")
    layers = tuple(
        msgspec.structs.replace(
            layer,
            steps=tuple(
                msgspec.structs.replace(step, backend="maturin") if isinstance(step, InstallProject) else step
                for step in layer.steps
            ),
        )
        for layer in plan.layers
    )
    web = read(development(Project(msgspec.structs.replace(plan, layers=layers), roots=("src",))))["services"]["web"]
    assert "volumes" not in web
    assert "command" not in web
    assert web["develop"]["watch"] == [{"action": "rebuild", "path": "."}]


def test_production_stands_alone_and_allows_nothing(orders: ImagePlan):
    document = read(production(Project(orders, READ)))
    for name, service in document["services"].items():
        assert "build" not in service
        assert not any(str(each).startswith((".", "/")) for each in service.get("volumes", [])), name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert document["x-app"]["read_only"] is True
    assert document["networks"]["backing"] == {"internal": True}
    assert document["services"]["postgres"]["networks"] == ["backing"]
    assert "ports" not in document["services"]["postgres"]


def test_a_process_called_as_a_server_keeps_its_name(orders: ImagePlan):
    processes = tuple(
        msgspec.structs.replace(each, name="redis") if each.name == "worker" else each for each in orders.processes
    )
    services = read(development(Project(msgspec.structs.replace(orders, processes=processes), READ)))["services"]
    assert services["redis"]["command"] == ["arq", "orders.worker.WorkerSettings"]
    assert services["redis-server"]["image"].startswith("redis:")
    assert services["web"]["depends_on"]["redis-server"] == {"condition": "service_healthy"}


def test_a_builder_is_given_what_the_dockerfile_asks_for(orders: ImagePlan):
    document = read(development(Project(orders, context="../..", dockerfile="apps/web/Dockerfile", secrets=("ca",))))
    assert document["x-app"]["build"] == {
        "context": "../..",
        "dockerfile": "apps/web/Dockerfile",
        "secrets": ["ca"],
    }
    assert document["secrets"]["ca"]["file"].startswith("${CA_BUNDLE:-")


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(st.characters(exclude_categories=["Cs"])))
def test_what_a_project_says_is_no_variable_of_composes(word: str, value: str):
    plan = _CELERY
    (first, second, *others) = plan.processes
    second = msgspec.structs.replace(second, command=("run", word), environment=(("GIVEN", value),))
    changed = msgspec.structs.replace(plan, processes=(first, second, *others))
    for write in (development, production):
        worker = read(write(Project(changed)))["services"]["worker"]
        assert _substituted(worker["command"][1]) == word
        assert _substituted(worker["environment"]["GIVEN"]) == value


def _substituted(text: str) -> str:
    """As Compose reads it where every `$` is doubled."""
    assert "$" not in text.replace("$$", "")
    return text.replace("$$", "$")


_CELERY = planned("celery-with-django")


def test_variables_come_from_the_code_of_the_project():
    tree = DictTree({"app.py": "import os\nDSN = os.environ['POSTGRES_DSN']\nHOST = os.getenv('POSTGRES_HOST')\n"})
    found = read(development(Project(planned("servers-beside"), variables(tree))))["x-app"]["environment"]
    assert found["POSTGRES_DSN"].startswith("postgresql+asyncpg://orders_desk:")
    assert found["POSTGRES_HOST"] == "postgres"
