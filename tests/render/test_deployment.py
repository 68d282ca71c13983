"""Which processes run all the time, which end, and which variables nobody shall read."""

import pytest
from tests.render.test_compose import planned

from pottle.render.deployment import Deployment, is_secret, volumes


@pytest.mark.parametrize(
    ("case", "serves", "ends"),
    [
        ("fastapi-packaged", True, False),
        ("streamlit-app", True, False),
        ("celery-worker", False, False),
        ("discord-bot", False, False),
        ("plain-script", False, True),
        ("cli-package", False, True),
        ("scrapy-one-spider", False, True),
        ("apscheduler-job", False, False),
    ],
)
def test_what_serves_and_what_ends(case: str, serves: bool, ends: bool):
    deployment = Deployment(planned(case))
    assert (deployment.serves, deployment.ends) == (serves, ends)


def test_processes_by_how_they_run():
    deployment = Deployment(planned("servers-beside"))
    assert [each.name for each in deployment.running] == ["web", "worker"]
    assert [each.name for each in deployment.once] == ["migrate"]
    assert [each.name for each in deployment.scheduled] == ["tidy"]


@pytest.mark.parametrize(
    "name",
    [
        *("SECRET_KEY", "DJANGO_SECRET_KEY", "DB_PASSWORD", "PGPASS", "API_TOKEN", "STRIPE_API_KEY", "SIGNING_KEY"),
        *("SENTRY_DSN", "DATABASE_URL", "APP_REDIS_URL", "CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"),
    ],
)
def test_what_nobody_shall_read(name: str):
    assert is_secret(name)


@pytest.mark.parametrize("name", ["LOG_LEVEL", "DB_HOST", "DB_NAME", "BASE_URL", "KEYCLOAK_REALM", "TIMEOUT", "MONKEY"])
def test_what_anybody_may(name: str):
    assert not is_secret(name)


def test_a_volume_is_called_after_its_directory():
    assert list(volumes(["/app/data", "/data", "/srv/My Files", "/tmp"])) == [
        ("data", "/app/data"),
        ("data-2", "/data"),
        ("srv-my-files", "/srv/My Files"),
        ("tmp-2", "/tmp"),
    ]
