"""Which servers a project's distributions imply, and what variables of its code are set to."""

import os
import re
from pathlib import Path

import msgspec
import pytest
from tests.render.test_compose import planned

from pottle.plan.model import ImagePlan, InstallWheels, Requirement
from pottle.project.variables import Variable
from pottle.render.backing import AS_OF, SERVICES, Service, addresses, implied
from pottle.text import Location

PLAN = planned("fastapi-packaged")
HERE = Location("settings.py", 3)


def holding(*names: str) -> ImagePlan:
    """A plan whose environment holds these, or asks for `name[extra]`."""

    def requirement(name: str) -> Requirement:
        return Requirement(
            name=name.partition("[")[0], version=None, index=None, wheel=None, wanted=name, at="uv.lock:7"
        )

    def replaced(step):
        return (
            msgspec.structs.replace(step, requirements=tuple(map(requirement, names)))
            if isinstance(step, InstallWheels)
            else step
        )

    layers = tuple(msgspec.structs.replace(layer, steps=tuple(map(replaced, layer.steps))) for layer in PLAN.layers)
    return msgspec.structs.replace(PLAN, layers=layers)


@pytest.mark.parametrize(
    ("names", "services"),
    [
        (["psycopg"], ["postgres"]),
        (["psycopg2-binary", "django"], ["postgres"]),
        (["asyncpg", "redis"], ["postgres", "redis"]),
        (["mysqlclient"], ["mysql"]),
        (["aiomysql", "sqlalchemy"], ["mysql"]),
        (["motor", "pymongo"], ["mongo"]),
        (["aio-pika"], ["rabbitmq"]),
        (["celery"], ["rabbitmq"]),
        (["celery[redis]"], ["redis"]),
        (["celery", "redis"], ["redis"]),
        (["celery", "pika", "redis"], ["rabbitmq", "redis"]),
        (["rq"], ["redis"]),
        (["flask", "sqlalchemy"], []),
        (["django"], []),
    ],
)
def test_what_is_implied(names: list[str], services: list[str]):
    found = implied(holding(*names))
    assert [each.service.name for each in found] == services
    assert all(each.at == "uv.lock:7" for each in found)


@pytest.mark.parametrize(
    ("names", "variable", "default", "value"),
    [
        (["psycopg"], "DATABASE_URL", None, "postgresql://shop:${POSTGRES_PASSWORD:?}@postgres:5432/shop"),
        (["psycopg"], "DATABASE_URL", "sqlite:///db", "postgresql://shop:${POSTGRES_PASSWORD:?}@postgres:5432/shop"),
        (["asyncpg", "sqlalchemy"], "DB_URI", None, "postgresql+asyncpg://shop:${POSTGRES_PASSWORD:?}@postgres:5432/shop"),
        (["asyncpg", "tortoise-orm"], "DB_URL", "asyncpg://a@b/c", None),
        (["psycopg2", "sqlalchemy"], "DB_URL", None, "postgresql://shop:${POSTGRES_PASSWORD:?}@postgres:5432/shop"),
        (["psycopg"], "STORE", "postgres://u:p@localhost/other", "postgres://shop:${POSTGRES_PASSWORD:?}@postgres:5432/shop"),
        (["psycopg"], "DB_HOST", "localhost", "postgres"),
        (["psycopg"], "POSTGRES_DB", None, "shop"),
        (["psycopg"], "DATABASE_NAME", "shop", "shop"),
        (["psycopg"], "DATABASE_NAME", "db.sqlite3", None),
        (["psycopg"], "PGPASSWORD", None, "${POSTGRES_PASSWORD:?}"),
        (["psycopg"], "SMTP_HOST", None, None),
        (["psycopg"], "DB_POOL_SIZE", None, None),
        (["psycopg"], "REPORT_DB_URL", "https://reports.example", None),
        (["pymysql", "sqlalchemy"], "DATABASE_URL", None, "mysql+pymysql://shop:${MYSQL_PASSWORD:?}@mysql:3306/shop"),
        (["redis"], "CACHE_URL", "redis://localhost:6379/2", "redis://redis:6379/2"),
        (["redis"], "REDIS_PASSWORD", None, None),
        (["redis"], "REDIS_PORT", "6379", "6379"),
        (["celery", "redis"], "CELERY_RESULT_BACKEND", None, "redis://redis:6379/0"),
        (["celery"], "CELERY_BROKER_URL", None, "amqp://shop:${RABBITMQ_PASSWORD:?}@rabbitmq:5672//"),
        (["motor"], "MONGO_URI", None, "mongodb://shop:${MONGO_PASSWORD:?}@mongo:27017/shop?authSource=admin"),
        (["psycopg", "redis"], "REDIS_URL", None, "redis://redis:6379/0"),
        (["psycopg", "motor"], "DATABASE_URL", "mongodb://localhost", "mongodb://shop:${MONGO_PASSWORD:?}@mongo:27017/shop?authSource=admin"),
    ],
)  # fmt: skip
def test_what_a_variable_is_set_to(names: list[str], variable: str, default: str | None, value: str | None):
    found = implied(holding(*names))
    hosts = {each.service.name: each.service.name for each in found}
    read = [Variable(variable, HERE, default)]
    values = {each.variable: each.value for each in addresses(found, read, hosts, "shop") if each.read}
    assert values.get(variable) == value


def test_celery_and_rq_read_a_variable_by_themselves():
    found = implied(holding("celery", "redis"))
    (address,) = addresses(found, (), {"redis": "redis"}, "shop")
    assert (address.variable, address.read, address.implied.unread) == (
        "CELERY_BROKER_URL",
        False,
        "celery itself reads it.",
    )


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "servers.md"
ROWS = re.compile(r"^\| `[^\n]+\n", re.MULTILINE)


def row(service: Service) -> str:
    drivers = ", ".join(f"`{name}`" for name in service.drivers)
    words = ", ".join(f"`{word}`" for word in service.words)
    return f"| `{service.image}` | {drivers} | {words} | `{service.variable}` |\n"


def test_the_reference_is_the_table():
    rows = "".join(map(row, SERVICES))
    if os.environ.get("GOLDEN") == "rewrite":
        head, _, _ = PAGE.read_text().partition(ROWS.search(PAGE.read_text())[0])
        PAGE.write_text(head + rows + ROWS.sub("", PAGE.read_text()).removeprefix(head))
    assert "".join(ROWS.findall(PAGE.read_text())) == rows
    assert AS_OF in PAGE.read_text()


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
def test_every_row_is_pinned_and_says_how_it_is_asked(service):
    name, _, tag = service.image.partition(":")
    assert name
    assert tag[:1].isdigit()
    assert tag.count(".") >= 2 or service.name == "postgres"
    assert service.health
    assert service.data.startswith("/")
    assert (service.password is None) == (not service.environment)
