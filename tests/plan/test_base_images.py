"""A plan on a base image: by what is known of it, or by its name alone."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from pottle.base_image import BaseImage, BaseLayer, Interpreter
from pottle.config.options import Options
from pottle.errors import ConfigError, PottleError, ProjectError
from pottle.oci.platform import Platform
from pottle.plan.base_pins import written
from pottle.plan.model import CreateEnvironment, ImagePlan, InstallInterpreter, InstallPackages, InstallWheels, SumUp
from pottle.plan.planner import make_plan, wanted
from pottle.project.facts import PinnedBaseImage
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.text import Location

AMD64 = Platform.parse("linux/amd64")
NAME = "registry.example/team/base:1"
AT = Location("pyproject.toml", 7)
WEB = {
    "main.py": "from http.server import HTTPServer, BaseHTTPRequestHandler\n\nif __name__ == '__main__':\n    HTTPServer(('', 8000), BaseHTTPRequestHandler).serve_forever()\n"
}
IMAGE = BaseImage(
    name=NAME,
    platform="linux/amd64",
    digest=f"sha256:{'d' * 64}",
    media_types="oci",
    libc="glibc",
    libc_version="2.36",
    distribution="debian",
    release="bookworm",
    layers=(
        BaseLayer(f"sha256:{'1' * 64}", f"sha256:{'2' * 64}", 1000, "application/vnd.oci.image.layer.v1.tar+gzip"),
    ),
    unpacked=5000,
    pythons=(Interpreter("/usr/local/bin/python3.12", "3.12.7"), Interpreter("/usr/bin/python3.11", "3.11.2")),
    has=("/bin/sh", "/tmp"),
    ca_bundle="/etc/ssl/certs/ca-certificates.crt",
    packages=("git", "libc6"),
    passwd=("root:x:0:0::/root:/bin/sh",),
    group=("root:x:0:",),
)


def planned(image: BaseImage | None = IMAGE, files: dict[str, str] | None = None, **options: Any) -> ImagePlan:
    facts = read_project(DictTree({**WEB, **(files or {})}))
    known = (PinnedBaseImage(image, Location("pottle.lock", 4)),) if image is not None else ()
    asked = Options(**{"base": NAME, "origins": {"base": AT}, **options})
    return make_plan(replace(facts, base_images=known), asked, AMD64)


def changed(**more: Any) -> BaseImage:
    return msgspec.structs.replace(IMAGE, **more)


def environment(plan: ImagePlan) -> dict[str, str]:
    return dict(plan.runtime.environment)


def steps(plan: ImagePlan) -> list[type]:
    return [type(step) for layer in plan.layers for step in layer.steps]


def why(plan: ImagePlan, decision: str) -> tuple[str, str, str | None]:
    return next((r.value, r.because, r.at) for r in plan.reasons if r.decision == decision)


def test_stands_on_it_by_digest():
    plan = planned()
    assert plan.base == f"{NAME}@{IMAGE.digest}"
    assert plan.base_image == IMAGE
    assert why(plan, "base") == (NAME, "it is asked for", "pyproject.toml:7")
    assert why(plan, "base_digest") == (IMAGE.digest, "pottle.lock has it", "pottle.lock:4")
    assert why(plan, "libc") == ("glibc 2.36", "the base image has it, and wheels have to fit it", None)


def test_nothing_of_debians_is_installed_and_the_environment_is_made_for_its_interpreter():
    plan = planned()
    assert InstallPackages not in steps(plan)
    assert [layer.name for layer in plan.layers] == ["interpreter", "system", "app"]
    create = next(s for layer in plan.layers for s in layer.steps if isinstance(s, CreateEnvironment))
    assert (create.interpreter, create.bytecode) == ("/usr/local/bin/python3.12", None)
    assert SumUp in steps(plan)
    assert plan.runtime.health_check is not None
    assert plan.runtime.health_check.command[0] == "/usr/local/bin/python3.12"


def test_the_first_python_that_everybody_agrees_to_is_taken():
    assert planned().python == "3.12"
    assert planned(files={".python-version": "3.11\n"}).python == "3.11"
    assert why(planned(files={".python-version": "3.11\n"}), "interpreter")[0] == "/usr/bin/python3.11"


def test_a_python_that_it_has_not_is_an_error_that_names_those_it_has():
    with pytest.raises(
        ProjectError, match=r"has CPython 3\.12\.7, 3\.11\.2, and asked for is 3\.13 \(\.python-version:1\)"
    ):
        planned(files={".python-version": "3.13\n"})


def test_its_variables_are_inherited():
    env = ("PATH=/opt/tool/bin:/usr/bin", "PYTHON_VERSION=3.12.7", "LANG=en_US.UTF-8", "PYTHONHOME=/usr", "HOME=/root")
    found = environment(planned(changed(env=env), env=(("PYTHON_VERSION", "mine"),)))
    assert found["PATH"] == "/opt/venv/bin:/opt/tool/bin:/usr/bin"
    assert found["LANG"] == "en_US.UTF-8"
    assert found["PYTHON_VERSION"] == "mine"
    assert found["HOME"] == "/home/nonroot"
    assert "PYTHONHOME" not in found


def test_without_a_path_it_is_the_one_that_engines_take():
    found = environment(planned())
    assert found["PATH"] == "/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    assert found["LANG"] == "C.UTF-8"


def test_certificates_are_named_only_where_they_are():
    assert environment(planned())["SSL_CERT_FILE"] == "/etc/ssl/certs/ca-certificates.crt"
    assert "SSL_CERT_FILE" not in environment(planned(changed(ca_bundle=None)))


def test_its_user_and_entrypoint_are_not_inherited():
    plan = planned(changed(entrypoint=("/docker-entrypoint.sh", "-x")))
    assert (plan.runtime.user, plan.runtime.entrypoint, plan.runtime.command) == (
        "65532:65532",
        (),
        ("python", "main.py"),
    )
    assert why(plan, "base_entrypoint")[0] == "not /docker-entrypoint.sh -x"


def test_volumes_are_inherited():
    plan = planned(changed(volumes=("/data",)), volumes=("/more",))
    assert plan.runtime.volumes == ("/data", "/more")


def test_what_the_base_says_of_itself_is_not_said_of_us():
    prefix = "org.opencontainers.image"
    labels = (("maintainer", "somebody"), (f"{prefix}.revision", "abc"), (f"{prefix}.title", "Python"), ("team", "x"))
    plan = planned(changed(labels=labels), labels=(("team", "y"),))
    assert plan.runtime.labels == (("maintainer", "somebody"), ("team", "y"))
    found = dict(plan.annotations)
    assert (found[f"{prefix}.base.name"], found[f"{prefix}.base.digest"]) == (NAME, IMAGE.digest)
    assert found[f"{prefix}.title"] == "app"


def test_in_dockers_types_labels_say_what_annotations_would():
    prefix = "org.opencontainers.image"
    mine = ((f"{prefix}.base.digest", "mine"), (f"{prefix}.title", "My app"))
    plan = planned(changed(media_types="docker"), labels=mine)
    assert plan.annotations == ()
    found = dict(plan.runtime.labels)
    assert (found[f"{prefix}.base.name"], found[f"{prefix}.base.digest"]) == (NAME, IMAGE.digest)
    assert found[f"{prefix}.title"] == "My app"


def test_python_build_standalone_stands_on_an_image_without_python():
    plan = planned(changed(pythons=(), has=("libcrypt.so.1",)), {".python-version": "3.12\n"})
    assert InstallInterpreter in steps(plan)
    assert why(plan, "interpreter")[1] == "the base image has no Python"
    create = next(s for layer in plan.layers for s in layer.steps if isinstance(s, CreateEnvironment))
    assert (create.interpreter, create.bytecode) == ("/opt/python/bin/python3.12", "unchecked-hash")


def test_one_that_wants_libcrypt_is_not_put_on_an_image_without():
    with pytest.raises(ProjectError, match=r"python-build-standalone 3\.13"):
        planned(changed(pythons=(), has=()), {".python-version": "3.12\n"})


def test_nothing_can_be_put_on_musl():
    with pytest.raises(ConfigError, match="has no Python, and there is none that could be put on musl"):
        planned(changed(pythons=(), libc="musl", libc_version="1.2"))


OLD = {"glibc": ("glibc", "2.12"), "musl": ("musl", "1.1")}


@pytest.mark.parametrize(("libc", "version"), OLD.values(), ids=OLD)
def test_a_c_library_that_nothing_is_built_for_is_refused(libc: str, version: str):
    with pytest.raises(ConfigError, match=f"has {libc} {version}"):
        planned(changed(libc=libc, libc_version=version))


def test_an_environment_of_its_own_is_not_mixed_with_ours():
    with pytest.raises(ConfigError, match="has an environment of its own at /opt/venv"):
        planned(changed(has=("/opt/venv",)))


LOCK = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "native" }]

[package.metadata]
requires-dist = [{ name = "native" }]

[[package]]
name = "native"
version = "1.0"
source = { registry = "https://index.example/simple" }
wheels = [
    { url = "https://files.example/native-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", hash = "sha256:%s", size = 1 },
    { url = "https://files.example/native-1.0-cp312-cp312-manylinux_2_39_x86_64.whl", hash = "sha256:%s", size = 1 },
    { url = "https://files.example/native-1.0-cp312-cp312-musllinux_1_2_x86_64.whl", hash = "sha256:%s", size = 1 },
]
""".replace("sha256:%s", f"sha256:{'a' * 64}")
PROJECT = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["native"]\n',
    "uv.lock": LOCK,
}
WHEELS = {
    "an older glibc than the suites'": (IMAGE, "native-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"),
    "a newer one": (changed(libc_version="2.41"), "native-1.0-cp312-cp312-manylinux_2_39_x86_64.whl"),
    "musl": (changed(libc="musl", libc_version="1.2"), "native-1.0-cp312-cp312-musllinux_1_2_x86_64.whl"),
}


@pytest.mark.parametrize(("image", "filename"), WHEELS.values(), ids=WHEELS)
def test_wheels_fit_its_c_library(image: BaseImage, filename: str):
    plan = planned(image, PROJECT)
    (step,) = [s for layer in plan.layers for s in layer.steps if isinstance(s, InstallWheels)]
    assert [r.wheel.filename for r in step.requirements if r.wheel] == [filename]


def test_wheels_that_are_not_there_for_musl_are_named():
    lock = LOCK.replace("musllinux_1_2", "manylinux_2_28")
    with pytest.raises(
        ProjectError, match=r"no wheel of native 1\.0 for linux/amd64, CPython 3\.12 and musl 1\.2"
    ) as found:
        planned(changed(libc="musl", libc_version="1.2"), {**PROJECT, "uv.lock": lock})
    assert found.value.hint == 'it has one for glibc: choose a base with glibc, `base = "debian"` or python:3.12-slim'


def test_what_an_index_is_asked_for_fits_it_too():
    facts = read_project(DictTree({**WEB, "requirements.txt": "idna\n"}))
    facts = replace(facts, base_images=(PinnedBaseImage(IMAGE, Location("pottle.lock", 4)),))
    found = wanted(facts, Options(base=NAME), AMD64)
    assert found is not None
    assert (found.python, found.base_image) == ("3.12", IMAGE)


# --- Debian packages ------------------------------------------------------------------------------


def test_packages_that_it_has_are_not_missed():
    assert planned(packages=("git",)).system_packages.runtime == ("git",)


def test_packages_that_it_lacks_are_all_named_at_once():
    with pytest.raises(ProjectError, match="does not have the packages ffmpeg, libpq5, which the application needs"):
        planned(packages=("libpq5", "git", "ffmpeg"))


def test_a_shell_is_a_shell_whichever_package_it_is_from():
    assert planned(variant="debug").warnings == ()


def test_what_nobody_can_tell_is_a_warning():
    (warning,) = planned(changed(packages=None, distribution="alpine"), packages=("libpq5",)).warnings
    assert warning.startswith(f"{NAME} is no Debian, so it is for you to see that it has what the libpq5 of Debian")


# --- by its name alone ----------------------------------------------------------------------------

BY_NAME = {
    "python:3.12-slim": ("3.12", "2.41"),
    "python:3.12": ("3.12", "2.41"),
    "python:3.11-slim-bookworm": ("3.11", "2.36"),
    "docker.io/library/python:3.13.5-slim-trixie": ("3.13", "2.41"),
    "python:3.13-alpine3.22": ("3.13", "musl"),
}


@pytest.mark.parametrize("name", BY_NAME)
def test_an_official_python_image_says_which_python_it_has(name: str):
    plan = planned(None, base=name)
    assert (plan.python, plan.base_image) == (BY_NAME[name][0], None)
    assert any("nothing is known of python:" in warning for warning in plan.warnings)
    assert "@" not in plan.base


UNKNOWN = {
    "another image": "registry.example/team/base:1",
    "a system without Python in its name": "debian:trixie-slim",
    "python without a version": "docker.io/library/python",
}


@pytest.mark.parametrize("name", UNKNOWN.values(), ids=UNKNOWN)
def test_of_other_images_nothing_is_known_before_somebody_looks(name: str):
    with pytest.raises(ConfigError, match=r"nothing is known of the base image .* yet") as caught:
        planned(None, base=name)
    assert caught.value.at == AT


WRONG = {
    "a word that is no suite": ("bullseyes", "there is no base named"),
    "no reference": ("registry.example/Team:1", "the base is no image's name"),
}


@pytest.mark.parametrize(("name", "message"), WRONG.values(), ids=WRONG)
def test_refuses_what_is_no_base(name: str, message: str):
    with pytest.raises(PottleError, match=message):
        planned(None, base=name)


def test_a_suite_stays_a_suite():
    assert planned(None, base="debian:bookworm").base == "debian:bookworm"


# --- pottle.lock ----------------------------------------------------------------------------------


def test_what_is_written_is_read_unchanged():
    full = changed(
        env=("A=b c", 'Q="x"\\'),
        entrypoint=("sh", "-c"),
        labels=(("a", "ü\x7f"),),
        history=IMAGE.history,
        index=f"sha256:{'e' * 64}",
    )
    text = "version = 1\n\n" + written(full)
    (found,) = read_project(DictTree({**WEB, "pottle.lock": text})).base_images
    assert (found.image, found.at, found.written) == (full, Location("pottle.lock", 3), True)


BROKEN = {
    "a digest": (f"sha256:{'d' * 64}", "sha256:zz"),
    "the C library": ('libc = "glibc"', 'libc = "uclibc"'),
    "a key of a later pottle": ("unpacked = 5000", "unpacked = 5000\nlater = 1"),
    "an interpreter that is no path": ("/usr/local/bin/python3.12", "python3"),
}


@pytest.mark.parametrize(("old", "new"), BROKEN.values(), ids=BROKEN)
def test_what_pottle_would_not_write_is_refused_with_its_line(old: str, new: str):
    text = "version = 1\n\n" + written(IMAGE).replace(old, new)
    with pytest.raises(ProjectError, match="this base image cannot be read") as caught:
        read_project(DictTree({**WEB, "pottle.lock": text}))
    assert caught.value.at == Location("pottle.lock", 3)


def test_a_lock_of_another_image_is_stale():
    with pytest.raises(
        ProjectError, match=r"pottle\.lock has nothing of the base image python:3\.12-slim for linux/amd64"
    ):
        planned(base="python:3.12-slim")
