"""Which directories keep data."""

import pytest

from pottle.config.options import Options
from pottle.errors import ConfigError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan, MakeDirectories
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.text import Location

MEDIA = "from pathlib import Path\nMEDIA_ROOT = Path(__file__).parent / 'media'\n"
VARIABLE = "import os\nURL = os.environ.get('DATABASE_URL', 'sqlite:///app.db')\n"
PACKAGED = (
    '[project]\nname = "p"\nversion = "1"\n[project.scripts]\np = "p:main"\n'
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
)


def plan(settings: str, options: Options | None = None, *modules: str) -> ImagePlan:
    tree = {"main.py": "print()\n", "settings.py": settings, **dict.fromkeys(modules, "")}
    return made(tree, options)


def made(tree: dict[str, str], options: Options | None = None) -> ImagePlan:
    return make_plan(read_project(DictTree(tree)), options or Options(), Platform.parse("linux/amd64"))


FOUND = {
    "a directory of its own": (MEDIA, ("/app/media",)),
    "elsewhere": ("MEDIA_ROOT = '/srv/media'", ("/srv/media",)),
    "a database's directory": ("import sqlite3\nsqlite3.connect('data/x.db')", ("/app/data",)),
    "two": (MEDIA + "URL = 'sqlite:////data/x.db'", ("/app/media", "/data")),
    "one for two": ("MEDIA_ROOT = 'data'\nURL = 'sqlite:///data/x.db'", ("/app/data",)),
    "memory": ("MEDIA_ROOT = '/tmp/media'", ()),
    "none": ("x = 1", ()),
}


@pytest.mark.parametrize(("settings", "volumes"), FOUND.values(), ids=FOUND)
def test_what_the_code_writes_is_kept(settings, volumes):
    planned = plan(settings)
    assert planned.runtime.volumes == volumes
    assert planned.warnings == ()
    steps = [step for step in planned.layers[-1].steps if isinstance(step, MakeDirectories)]
    assert steps == ([MakeDirectories(paths=volumes, uid=65532)] if volumes else [])


def test_the_reason_names_the_place():
    (reason,) = [reason for reason in plan(MEDIA).reasons if reason.decision == "volumes"]
    assert (reason.value, reason.because, reason.at) == ("/app/media", "MEDIA_ROOT media lies there", "settings.py:2")


WARNED = {
    "a database at the root": (
        "import sqlite3\nsqlite3.connect('x.db')",
        (
            "settings.py:2: the SQLite database x.db lies among the code, where nothing can be written: "
            'keep it below /data, and `volumes = ["/data"]`'
        ),
    ),
    "one that a variable moves": (
        VARIABLE,
        (
            "settings.py:2: the SQLite database app.db lies among the code, where nothing can be written: "
            'set DATABASE_URL (sqlite:////data/app.db), and `volumes = ["/data"]`'
        ),
    ),
    "a directory with modules": (
        "UPLOAD_FOLDER = 'shop'",
        (
            "settings.py:1: the folder of uploads shop lies among the code, where nothing can be written: "
            'keep it below /data, and `volumes = ["/data"]`'
        ),
    ),
    "a directory of the system": (
        "MEDIA_ROOT = '/etc/media'",
        (
            "settings.py:1: MEDIA_ROOT /etc/media lies in /etc/media, where nothing can be written: "
            'keep it below /data, and `volumes = ["/data"]`'
        ),
    ),
}


@pytest.mark.parametrize(("settings", "warning"), WARNED.values(), ids=WARNED)
def test_what_lies_among_the_code_is_warned_about(settings, warning):
    planned = plan(settings, None, "shop/views.py")
    assert (planned.runtime.volumes, planned.warnings) == ((), (warning,))


def test_an_installed_package_is_elsewhere():
    tree = {"pyproject.toml": PACKAGED, "src/p/__init__.py": "def main(): ...\n", "src/p/conf.py": MEDIA}
    planned = made(tree)
    assert planned.runtime.volumes == ()
    assert "lies beside the installed code" in planned.warnings[0]


def test_a_variable_that_is_configured_has_the_last_word():
    for value, volumes in (
        ("sqlite:////data/app.db", ("/data",)),
        ("postgresql://db/shop", ()),
        ("/var/x/a.db", ("/var/x",)),
    ):
        planned = plan(VARIABLE, Options(env=(("DATABASE_URL", value),)))
        assert (planned.runtime.volumes, planned.warnings) == (volumes, ())


def test_sqlite_beside_the_driver_of_another_database_is_for_development():
    requirements = f"psycopg==3.2.12 --hash=sha256:{'0' * 64}\n"
    tree = {"main.py": "print()\n", "settings.py": VARIABLE, "requirements.txt": requirements}
    planned = made(tree)
    assert (planned.runtime.volumes, planned.warnings) == ((), ())


def test_what_is_configured_is_all_there_is():
    at = Location("pyproject.toml", 7)
    planned = plan(VARIABLE, Options(volumes=("/data", "/app/var"), origins={"volumes": at}))
    assert (planned.runtime.volumes, planned.warnings) == (("/app/var", "/data"), ())
    assert {(r.value, r.because, r.at) for r in planned.reasons if r.decision == "volumes"} == {
        ("/app/var", "it is configured", "pyproject.toml:7"),
        ("/data", "it is configured", "pyproject.toml:7"),
    }
    assert plan(MEDIA, Options(volumes=())).runtime.volumes == ()


@pytest.mark.parametrize("path", ["/", "/app", "/usr/lib", "/opt/venv/data", "/opt/venv"])
def test_a_volume_that_would_cover_the_program_is_refused(path):
    with pytest.raises(ConfigError, match=f"a volume at {path} would cover the program"):
        plan("x = 1", Options(volumes=(path,)))
