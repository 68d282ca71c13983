"""What a Dockerfile stands on."""

import pytest
from tests.named import CASES, project
from tests.plan.test_base_images import IMAGE, changed
from tests.plan.test_base_images import planned as on_image

from pottle import api
from pottle.base_image import Interpreter
from pottle.errors import UsageError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan
from pottle.render.bases import stand
from pottle.render.context import Context
from pottle.render.dockerfile import render
from pottle.render.steps import steps
from pottle.render.style import Layout, Style


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


def test_a_base_image_is_stood_on_as_it_is():
    plan = on_image(changed(entrypoint=("/entry.sh",)))
    base, there = stand(plan)
    assert (base.image, base.python, base.packages) == (plan.base, "/usr/local/bin/python3.12", ())
    assert base.image.endswith(f"@{IMAGE.digest}")
    assert there == plan


def test_what_a_base_image_would_start_is_not_inherited():
    plan = on_image(changed(entrypoint=("/entry.sh",)), files={"main.py": "print()\n"})
    text = render([plan], Context("", None, ".dockerignore", ()))
    assert "ENTRYPOINT []" in text
    assert "HEALTHCHECK NONE" in text
    assert "apt-get" not in text
    assert f'ARG BASE="{plan.base}"' in text or f"ARG BASE={plan.base}" in text


def test_musl_is_another_plan_and_not_another_image(plan: ImagePlan):
    with pytest.raises(UsageError, match="no debian:trixie") as caught:
        stand(plan, "python:3.13-alpine")
    assert "--base python:3.13-alpine" in (caught.value.hint or "")


def test_on_alpine_nothing_of_debian_is_called():
    image = changed(distribution="alpine", libc="musl", libc_version="1.2", packages=None)
    text = render([on_image(image)], Context("", None, ".dockerignore", ()))
    assert not [word for word in ("apt-get", "useradd", "groupadd", "--owner") if word in text]
    assert "nonroot:*:65532:65532:" in text


def test_who_has_the_number_of_the_user_keeps_it():
    image = changed(passwd=("app:x:65532:65532::/app:/bin/sh",), group=("app:x:65532:",))
    text = render([on_image(image)], Context("", None, ".dockerignore", ()))
    assert "/etc/passwd" not in text
    assert "USER 65532:65532" in text


BARE = changed(
    has=("/tmp",),
    pythons=(Interpreter("/usr/bin/python3.11", "3.11.2"),),
    passwd=("root:x:0:0::/root:/sbin/nologin", "nonroot:x:65532:65532::/home/nonroot:/sbin/nologin"),
)


def test_without_a_shell_everything_is_made_on_an_image_of_the_same_suite():
    base, _ = stand(on_image(BARE))
    assert (base.builder, base.python) == ("debian:bookworm-slim", "/usr/bin/python3.11")
    assert set(base.packages) == {"ca-certificates", "libpython3.11-stdlib", "python3.11-minimal"}
    text = render([on_image(BARE)], Context("", None, ".dockerignore", ()))
    last = text.rpartition("\nFROM ")[2]
    assert last.startswith("${BASE} AS image\n")
    assert "RUN" not in last
    assert "COPY --link --from=base /skeleton/ /" in last


@pytest.mark.parametrize("layout", ["single-stage", "wheel-house"])
def test_a_layout_that_runs_something_in_the_image_wants_a_shell(layout: Layout):
    with pytest.raises(UsageError, match="has no shell"):
        render([on_image(BARE)], Context("", None, ".dockerignore", ()), Style(layout=layout))


def test_a_python_at_a_place_that_no_builder_has_is_refused():
    image = changed(has=("/tmp",), pythons=(Interpreter("/opt/bin/python3.11", "3.11.2"),))
    with pytest.raises(UsageError, match="no image of debian:bookworm"):
        stand(on_image(image))
