"""The walk over a lock's graph."""

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.bases import BASES
from pottle.plan.environment import marker_environment
from pottle.plan.selection import select
from pottle.project.facts import Dependency, Lock, LockedDistribution
from pottle.text import Location

TRIXIE = next(base for base in BASES if base.suite == "trixie")
AMD64 = marker_environment(TRIXIE, Platform.parse("linux/amd64"))
HERE = Location("uv.lock", 7)


def need(
    text: str, *, version: str | None = None, source: str | None = None, specifier: str | None = None
) -> Dependency:
    requirement, _, marker = text.partition(";")
    name, _, extras = requirement.strip().rstrip("]").partition("[")
    return Dependency(
        name=canonicalize_name(name),
        at=HERE,
        version=Version(version) if version else None,
        source=source,
        extras=tuple(canonicalize_name(e) for e in extras.split(",") if e),
        marker=Marker(marker) if marker else None,
        specifier=SpecifierSet(specifier) if specifier is not None else None,
    )


def held(name: str, *needs: str, version: str = "1", markers: str | None = None, **extras: str) -> LockedDistribution:
    return LockedDistribution(
        name=canonicalize_name(name),
        version=Version(version),
        source="registry",
        source_id="https://index.example/simple",
        at=HERE,
        dependencies=tuple(need(n) for n in needs),
        optional=tuple((canonicalize_name(e), (need(n),)) for e, n in extras.items()),
        markers=(Marker(markers),) if markers else (),
    )


def names(roots: str, *distributions: LockedDistribution) -> list[str]:
    lock = Lock("uv", HERE, tuple(need(r) for r in roots.split(" & ")), distributions)
    return [f"{d.name}=={d.version}" for d in select(lock, AMD64, lock.roots)]


def test_follows_dependencies_of_dependencies():
    assert names("a", held("a", "b"), held("b", "c"), held("c"), held("unused")) == ["a==1", "b==1", "c==1"]


def test_a_cycle_ends():
    assert names("a", held("a", "b"), held("b", "a")) == ["a==1", "b==1"]


@pytest.mark.parametrize(
    ("marker", "chosen"),
    [
        ("sys_platform == 'win32'", False),
        ("sys_platform == 'linux'", True),
        ("python_full_version < '3.13'", False),
        ("python_version >= '3.13'", True),
        ("platform_machine == 'x86_64'", True),
        ("platform_machine == 'aarch64'", False),
        ("implementation_name == 'pypy'", False),
        ("os_name == 'nt' or platform_system == 'Linux'", True),
    ],
)
def test_markers_are_those_of_the_image(marker: str, chosen: bool):
    assert ("b==1" in names("a", held("a", f"b; {marker}"), held("b"))) is chosen


def test_an_extra_brings_its_dependencies_and_others_do_not():
    extra = held("a", standard="b", other="c")
    assert names("a[standard]", extra, held("b"), held("c")) == ["a==1", "b==1"]
    assert names("a", extra, held("b"), held("c")) == ["a==1"]


def test_an_extra_asked_for_later_still_counts():
    assert names("a & b", held("a", fast="x"), held("b", "a[fast]"), held("x")) == ["a==1", "b==1", "x==1"]


def test_an_edge_that_names_a_version_decides_between_two():
    lock = Lock("uv", HERE, (need("a", version="2"),), (held("a"), held("a", version="2")))
    assert [str(d.version) for d in select(lock, AMD64, lock.roots)] == ["2"]


def test_resolution_markers_decide_where_the_edge_does_not():
    old = held("a", version="1", markers="python_version < '3.12'")
    new = held("a", version="2", markers="python_version >= '3.12'")
    assert names("a", old, new) == ["a==2"]


def test_an_edge_that_leads_nowhere_is_an_error_with_its_place():
    with pytest.raises(ProjectError, match="holds no b, which it needs") as caught:
        names("a", held("a", "b"))
    assert caught.value.at == HERE


def test_two_answers_are_an_error():
    with pytest.raises(ProjectError, match="holds 2 answers for a"):
        names("a", held("a"), held("a", version="2"))


def test_two_versions_in_one_environment_are_an_error():
    lock = Lock("uv", HERE, (need("a", version="1"), need("a[x]", version="2")), (held("a"), held("a", version="2")))
    with pytest.raises(ProjectError, match="wants a 1 and 2 in one environment"):
        select(lock, AMD64, lock.roots)


OPEN = need("a", specifier="")
VERSIONS = (
    held("a", version="1"),
    held("a", version="2rc1"),
    held("a", version="3", markers="sys_platform == 'win32'"),
)


@pytest.mark.parametrize(
    ("roots", "chosen"),
    [
        ((OPEN,), "2rc1"),
        ((OPEN, need("a", version="1")), "1"),
        ((OPEN, need("a[x]", specifier="!=2rc1")), "1"),
        ((need("a", specifier="!=2rc1"), need("a[x]", specifier="")), "1"),
        ((need("a", specifier="!=1"),), "2rc1"),
    ],
    ids=["the highest that fits", "what another edge says", "what both admit", "the other way round", "what it admits"],
)
def test_an_edge_that_leaves_the_version_open_waits_for_the_others(roots: tuple[Dependency, ...], chosen: str):
    lock = Lock("poetry", HERE, roots, VERSIONS)
    assert [str(d.version) for d in select(lock, AMD64, roots)] == [chosen]
