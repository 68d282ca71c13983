"""`pottle.lock` against what the project asks for."""

from dataclasses import replace

import pytest

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan import pottle_lock
from pottle.plan.bases import of
from pottle.plan.model import ImagePlan, InstallWheels
from pottle.plan.planner import make_plan, wanted
from pottle.project.detectors.pottle_lock import detect
from pottle.project.facts import Artifact, Pin, PinnedEnvironment, PinnedSource, Pins
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree
from pottle.text import Location

AMD64, ARM64 = Platform.parse("linux/amd64"), Platform.parse("linux/arm64")
HERE = Location("pottle.lock")
FILE = "idna-3.7-py3-none-any.whl"
IDNA = Pin("idna", "3.7", Artifact(FILE, f"https://files.example/{FILE}", "a" * 64, 9), None, HERE)  # type: ignore[arg-type]
ENVIRONMENT = PinnedEnvironment("linux/amd64", "3.13", ("idna>=3",), (IDNA,), HERE)


def planned(environments, files=None, options=None, platform=AMD64) -> ImagePlan:
    project = {"main.py": "", **(files or {"requirements.txt": "idna>=3\n"})}
    text = written(*environments)
    return make_plan(read_project(DictTree({**project, "pottle.lock": text})), options or Options(), platform)


def written(*environments: PinnedEnvironment) -> str:
    return pottle_lock.written(Pins(HERE, environments))


def step(plan: ImagePlan) -> InstallWheels:
    (found,) = [s for layer in plan.layers for s in layer.steps if isinstance(s, InstallWheels)]
    return found


def question(files: dict[str, str], options: Options | None = None) -> tuple[str, ...]:
    asked = wanted(read_project(DictTree({"main.py": "", **files})), options or Options(), AMD64)
    assert asked is not None
    return asked.question


def test_what_was_found_is_installed():
    plan = planned([ENVIRONMENT])
    (requirement,) = step(plan).requirements
    assert (requirement.name, requirement.version, requirement.at) == ("idna", "3.7", "pottle.lock:11")
    assert requirement.wheel is not None
    assert (requirement.wheel.filename, requirement.wanted, step(plan).unresolved) == (FILE, None, False)
    assert (plan.lockfile, plan.package_manager) == ("pottle.lock", "pip")
    reason = next(reason for reason in plan.reasons if reason.decision == "dependencies")
    assert (reason.value, reason.at) == ("locked", "pottle.lock")


def test_strict_has_nothing_against_it():
    assert planned([ENVIRONMENT], options=Options(strict=True)).lockfile == "pottle.lock"


STALE = {
    "more": ("idna>=3\nsix\n", "requirements.txt:2: pottle.lock is stale: it was made without six"),
    "another": ("idna>=4\n", "requirements.txt:1: pottle.lock is stale: it was made without idna>=4"),
    "an index": ("-i https://index.example/simple\nidna>=3\n", "pottle.lock is stale: it was made without --index-url https://index.example/simple"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), STALE.values(), ids=STALE)
def test_another_question_stops(text: str, message: str):
    with pytest.raises(ProjectError) as caught:
        planned([ENVIRONMENT], {"requirements.txt": text})
    assert message in str(caught.value)
    assert caught.value.hint == "run `pottle lock`"


def test_a_question_that_is_no_longer_asked_stops():
    with pytest.raises(ProjectError, match=r"it was made for six, which is no longer asked for"):
        planned([replace(ENVIRONMENT, wanted=("idna>=3", "six"))])


def test_another_python_stops():
    with pytest.raises(ProjectError, match=r"has nothing for .*: it has linux/amd64 with Python 3\.13") as caught:
        planned([ENVIRONMENT], options=Options(python="3.11"))
    assert "--platform linux/amd64" in (caught.value.hint or "")


def test_another_platform_is_resolved_anew_which_is_told():
    plan = planned([ENVIRONMENT], platform=ARM64)
    assert step(plan).unresolved
    assert any("run `pottle lock --platform linux/arm64`" in warning for warning in plan.warnings)


@pytest.mark.parametrize("environments", [[ENVIRONMENT], None], ids=["another platform", "no lock"])
def test_unless_everything_has_to_come_from_locks(environments):
    where = Location("pyproject.toml", 3)
    options = Options(locked=True, origins={"locked": where})
    files = {"main.py": "", "requirements.txt": "idna>=3\n"}
    if environments is not None:
        files["pottle.lock"] = written(*environments)
    facts = read_project(DictTree(files))
    with pytest.raises(ProjectError, match="everything has to come from locks") as caught:
        make_plan(facts, options, ARM64)
    assert caught.value.at == (where if environments is None else HERE)
    assert "pottle lock" in (caught.value.hint or "")


def test_what_does_not_count_in_the_image_is_not_asked_for():
    text = "idna>=3\nsix; sys_platform == 'win32'\n"
    assert planned([ENVIRONMENT], {"requirements.txt": text}).lockfile == "pottle.lock"


def test_a_wheel_that_the_base_is_too_old_for_stops():
    file = "idna-3.7-cp313-cp313-manylinux_2_99_x86_64.whl"
    newer = replace(IDNA, wheel=replace(IDNA.wheel, filename=file, url=f"https://files.example/{file}"))
    with pytest.raises(ProjectError, match=r"the wheel of idna 3\.7 does not fit"):
        planned([replace(ENVIRONMENT, wheels=(newer,))])


def test_a_lock_of_the_projects_own_goes_before_it():
    text = f"idna==3.7 --hash=sha256:{'b' * 64}\n"
    assert planned([], {"requirements.txt": text}).lockfile == "requirements.txt"


def test_where_nothing_is_wanted_nothing_is_missed():
    assert planned([], {"requirements.txt": "# nothing yet\n"}).lockfile == "requirements.txt"


def test_sources_are_built():
    source = PinnedSource("thing", None, "https://git.example/thing", HERE, commit="0" * 40)  # type: ignore[arg-type]
    plan = planned([replace(ENVIRONMENT, sources=(source,))])
    assert not any("thing" in warning for warning in plan.warnings)
    (step,) = next(layer.steps for layer in plan.layers if layer.name == "sources")
    assert step.tools.suite == "trixie"
    assert {"gcc", "libpython3.13-dev"} <= set(step.tools.packages)


# --- the question ---------------------------------------------------------------------------------


def test_a_question_is_a_list_of_lines():
    text = (
        "-i https://u:secret@index.example/simple\n--extra-index-url https://more.example/simple\n"
        f"Flask[async]>=3\nidna==3.7 --hash=sha256:{'b' * 64}\n"
    )
    assert question({"requirements.txt": text}) == (
        "--extra-index-url https://more.example/simple",
        "--index-url https://index.example/simple",
        "flask[async]>=3",
        f"idna==3.7 --hash=sha256:{'b' * 64}",
    )


def test_what_only_the_backend_knows_is_named_by_what_it_reads():
    project = '[project]\nname = "p"\nversion = "1"\ndynamic = ["dependencies"]\n'
    (line,) = question({"pyproject.toml": project})
    (other,) = question({"pyproject.toml": project, "setup.cfg": "[x]\n"})
    assert line.startswith("--backend sha256:")
    assert line != other
    assert question({"pyproject.toml": project}, Options(extras=("fast",)))[0].endswith(" [fast]")


def test_a_complete_lock_leaves_nothing_to_ask():
    facts = read_project(DictTree({"requirements.txt": f"idna==3.7 --hash=sha256:{'b' * 64}\n", "main.py": ""}))
    assert wanted(facts, Options(), AMD64) is None
    assert wanted(read_project(DictTree({"main.py": ""})), Options(), AMD64) is None


# --- the file -------------------------------------------------------------------------------------


def test_what_is_written_is_read_back():
    source = PinnedSource("thing", "1", "https://files.example/t.tar.gz", HERE, sha256="c" * 64)  # type: ignore[arg-type]
    odd = replace(
        IDNA,
        wheel=replace(IDNA.wheel, url="https://files.example/download?id=1", size=None),
        index="https://i.example/",
    )
    environment = replace(ENVIRONMENT, wheels=(odd,), sources=(source,))
    text = written(environment)
    (found,) = next(detect(Survey(DictTree({"pottle.lock": text})))).environments
    assert written(found) == text
    assert found.wheels[0].wheel == odd.wheel


def test_the_order_does_not_matter():
    other = replace(ENVIRONMENT, platform="linux/arm64")
    assert written(other, ENVIRONMENT) == written(ENVIRONMENT, other)


def test_bases_agree_on_what_a_python_is():
    assert of("debian:trixie").python == ENVIRONMENT.python
