"""Which layer a package belongs to."""

from tests.world import BASE, World

from pottle import api
from pottle.plan.bases import BASES
from pottle.sources.debian.suites import SUITES
from pottle.testing.debian_archive import Package


def layers(here: World, project) -> dict[str, set[str]]:
    options = api.read_options(project, here.environ, {})
    host = api.Host(here.cache, here.environ, clock=lambda: here.archive.now, archive_keys=here.archive.keys)
    locked = api.lock(project, api.plan(project, options, api.own_platform()), options, host)
    return {layer: {package.name for package in packages} for layer, packages in locked.packages}


def test_every_base_of_a_plan_is_a_suite_with_the_same_python():
    assert {base.suite: base.python for base in BASES} == {suite.name: suite.python for suite in SUITES}


def test_every_package_is_in_the_lowest_layer_that_needs_it(here, tmp_path):
    found = layers(here, here.virtual(tmp_path / "shop"))
    assert "libc6" in found["base"]
    assert f"python{BASE.python}-minimal" in found["interpreter"]
    assert not found["base"] & found["interpreter"]


def test_what_a_higher_layer_asks_for_is_left_to_it_even_if_a_lower_one_depends_on_it(here, tmp_path):
    library = f"libpython{BASE.python}-stdlib"
    here.archive.add(Package(library, "99:1", "all", fields={"Depends": "libc6, tzdata"}))
    here.archive.publish()
    found = layers(here, here.virtual(tmp_path / "shop"))
    assert library in found["interpreter"]
    assert [layer for layer, names in found.items() if "tzdata" in names] == ["system"]
