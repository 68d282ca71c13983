"""A plan of five hundred distributions with ten thousand wheels, in memory: measured in the processor's time, not the clock's."""

from packaging.utils import canonicalize_name
from packaging.version import Version
from tests.effort import effort

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan.planner import make_plan
from pottle.project.facts import Application, Artifact, Dependency, Fact, Facts, Lock, LockedDistribution
from pottle.project.requirement import marker
from pottle.text import Location

HERE = Location("uv.lock", 1)
PLATFORMS = ("manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_arm64", "win_amd64")
TAGS = [f"cp3{minor}-cp3{minor}-{platform}" for minor in range(10, 15) for platform in PLATFORMS]
NAMES = [canonicalize_name(f"package-{number}") for number in range(500)]
LINUX = marker("python_full_version < '3.15' and sys_platform == 'linux'")


def distribution(number: int) -> LockedDistribution:
    name = f"package_{number}-1.{number}"
    # The last one has no wheel for the preferred Python: a second base has to be asked.
    wheels = [Artifact(f"{name}-{tag}.whl", None, "0" * 64, 1) for tag in TAGS if number < 499 or "cp313" not in tag]
    edges = [Dependency(NAMES[n], HERE, marker=LINUX) for n in (2 * number + 1, 2 * number + 2) if n < 500]
    return LockedDistribution(
        NAMES[number], Version(f"1.{number}"), "registry", "", HERE, tuple(edges), wheels=tuple(wheels)
    )


def test_a_large_lock_is_planned_in_no_time():
    lock = Lock("uv", HERE, (Dependency(NAMES[0], HERE),), tuple(distribution(number) for number in range(500)))
    facts = Facts(
        name=Fact("large", HERE),
        version=None,
        package_manager=Fact("uv", HERE),
        lock=lock,
        python=(),
        packaging=None,
        dependencies=(),
        frameworks=(),
        scripts=(),
        applications=(Application("script", None, "main.py", HERE, 1, "it is here"),),
    )
    assert make_plan(facts, Options(), Platform.parse("linux/amd64")).python == "3.11"
    assert effort(lambda: make_plan(facts, Options(), Platform.parse("linux/amd64")), enough=15) < 15
