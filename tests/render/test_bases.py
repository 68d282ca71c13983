"""What a Dockerfile stands on."""

import pytest
from tests.named import CASES, project

from pottle import api
from pottle.errors import UsageError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan
from pottle.render.bases import stand
from pottle.render.steps import steps


@pytest.fixture(scope="module")
def plan() -> ImagePlan:
    case = next(case for case in CASES if case.name == "fastapi-packaged")
    return api.plan(project(case), api.read_options(project(case), {}, {}), Platform.parse("linux/amd64"))


def test_the_suites_own_image_with_the_suites_own_python(plan: ImagePlan):
    base, there = stand(plan)
    assert (base.image, base.python) == ("debian:trixie-slim", "/usr/bin/python3.13")
    assert {"python3.13-minimal", "libpython3.13-stdlib", "ca-certificates"} <= set(base.packages)
    assert there == plan


@pytest.mark.parametrize("image", ["debian:trixie", "mirror.example/library/debian:13-slim", "company.example/base:7"])
def test_another_image_of_the_suite(plan: ImagePlan, image: str):
    base, there = stand(plan, image)
    assert (base.image, there) == (image, plan)


@pytest.mark.parametrize(
    "image", ["python:3.13-slim-trixie", "mirror.example/python:3.13.5-slim", "python:3.13-trixie"]
)
def test_an_image_that_brings_a_python_of_its_own(plan: ImagePlan, image: str):
    base, there = stand(plan, image)
    assert base.python == "/usr/local/bin/python3.13"
    assert [name for name in base.packages if "python" in name] == []
    assert steps(there).environment.interpreter == base.python
    assert there.runtime.entrypoint[0] == base.python
    assert there.runtime.health_check is not None
    assert there.runtime.health_check.command[0] == base.python
    assert there.runtime.command == plan.runtime.command


@pytest.mark.parametrize(
    "image", ["python:3.12-slim", "python:3.13-slim-bookworm", "debian:bookworm-slim", "ubuntu:noble"]
)
def test_one_of_another_suite_or_python_is_refused(plan: ImagePlan, image: str):
    with pytest.raises(UsageError) as caught:
        stand(plan, image)
    assert caught.value.hint
