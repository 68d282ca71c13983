"""How processes are started so that they see a change of their code."""

import msgspec
import pytest
from tests.render.test_backing import holding
from tests.render.test_compose import planned

from pottle.plan.model import ImagePlan
from pottle.render.reload import command


def running(plan: ImagePlan, *argv: str) -> ImagePlan:
    """The same with another command as the image's own."""
    own, *others = plan.processes
    return msgspec.structs.replace(plan, processes=(msgspec.structs.replace(own, command=argv), *others))


@pytest.mark.parametrize(
    ("held", "argv", "reloads"),
    [
        ("uvicorn", ("uvicorn", "app:app"), ("uvicorn", "--reload", "app:app")),
        ("gunicorn", ("gunicorn", "app:app"), ("gunicorn", "--reload", "app:app")),
        ("streamlit", ("streamlit", "run", "a.py"), ("streamlit", "run", "--server.runOnSave=true", "a.py")),
        ("watchfiles", ("arq", "a.Settings"), ("arq", "a.Settings", "--watch", ".")),
        ("arq", ("arq", "a.Settings"), None),
        ("granian", ("granian", "a:app"), None),
        ("celery", ("celery", "-A", "a", "worker"), None),
        ("waitress", ("waitress-serve", "a:app"), None),
    ],
)
def test_by_the_servers_own_means(held: str, argv: tuple[str, ...], reloads: tuple[str, ...] | None):
    plan = running(holding(held), *argv)
    found = command(plan.processes[0], plan)
    assert (found.argv if found else None) == reloads


def test_django_by_its_own_server():
    plan = planned("celery-with-django")
    found = command(plan.processes[0], plan, given=True)
    assert found is not None
    assert found.argv == ("python", "manage.py", "runserver", "0.0.0.0:8000")


def test_what_ends_or_reloads_already_does_not():
    plan = planned("servers-beside")
    by_name = {process.name: process for process in plan.processes}
    assert command(by_name["migrate"], plan) is None
    assert command(by_name["tidy"], plan) is None
    assert command(by_name["web"], plan, given=True) is None
