"""Which layer a package belongs to."""

from msgspec.structs import replace
from tests.world import BASE, World

from pottle import api
from pottle.plan import places
from pottle.plan.bases import BASES
from pottle.plan.model import BuildWheels, InstallPackages, LayerPlan
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


TRANSLATED = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
    "settings.py": "",
    "locale/de/LC_MESSAGES/django.po": "",
}


def test_what_a_command_runs_with_comes_whole_and_is_not_the_images(here, tmp_path):
    here.archive.add(Package("gettext", "99:1", "all", fields={"Depends": "libc6, libunistring5"}))
    here.archive.add(Package("libunistring5", "1", "all"))
    here.archive.publish()
    found = layers(here, here.virtual(tmp_path / "shop", **TRANSLATED))
    assert found[places.MESSAGES] == {"gettext", "libunistring5"}


def test_two_that_are_made_with_the_same_have_it_each(here, tmp_path):
    """What sources are built with is not there when messages are compiled."""
    here.archive.add(Package("gettext", "99:2", "all", fields={"Depends": "libc6, libshared1"}))
    here.archive.add(Package("gcc", "99:2", "all", fields={"Depends": "libc6, libshared1"}))
    here.archive.add(Package("libshared1", "1", "all"))
    here.archive.publish()
    project = here.virtual(tmp_path / "shop", **TRANSLATED)
    options = api.read_options(project, here.environ, {})
    plan = api.plan(project, options, api.own_platform())
    tools = InstallPackages(suite=BASE.suite, packages=("gcc",), without=())
    step = BuildWheels(into=places.ENVIRONMENT, sources=(), bytecode=None, tools=tools)
    sources = LayerPlan(name=places.SOURCES, steps=(step,), because="it is built")
    host = api.Host(here.cache, here.environ, clock=lambda: here.archive.now, archive_keys=here.archive.keys)
    locked = api.lock(project, replace(plan, layers=(*plan.layers, sources)), options, host)
    found = {layer: {package.name for package in packages} for layer, packages in locked.packages}
    assert "libshared1" in found[places.SOURCES] & found[places.MESSAGES]


def test_what_the_image_depends_on_is_in_it_though_a_tool_is_called_so(here, tmp_path):
    here.archive.add(Package("translator", "1", "all", fields={"Depends": "gettext"}))
    here.archive.publish()
    settings = {"pottle.toml": 'packages = ["translator"]\n'}
    found = layers(here, here.virtual(tmp_path / "shop", **TRANSLATED, **settings))
    assert "gettext" in found["packages"]
    assert "gettext" not in found[places.MESSAGES]
