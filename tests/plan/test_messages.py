"""Django's messages, compiled while the image is built: by what, and where nobody does."""

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan, InstallPackages, RunCommand
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"
SETTINGS = "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nINSTALLED_APPS = ['django.contrib.staticfiles']\nSTATIC_ROOT = 'static'\n"
SITE = {"manage.py": MANAGE, "settings.py": SETTINGS, "locale/de/LC_MESSAGES/django.po": "", "main.py": ""}
PACKAGED = '[project]\nname = "a"\nversion = "1"\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def planned(files: dict[str, str] = SITE, **options) -> ImagePlan:
    chosen = Options(command=("python", "main.py"), **options)
    return make_plan(read_project(DictTree(files)), chosen, Platform.parse("linux/amd64"))


def test_msgfmt_compiles_them_above_the_app_and_stays_out_of_the_image():
    plan = planned()
    assert [layer.name for layer in plan.layers][-3:] == ["app", "messages", "static"]
    (step,) = plan.layers[-2].steps
    assert isinstance(step, RunCommand)
    assert step.command == ("python", "manage.py", "compilemessages")
    assert (step.outputs, step.seeded) == (("/app/locale",), True)
    assert dict(step.environment) == {"DJANGO_SETTINGS_MODULE": "settings", "SECRET_KEY": "unset"}
    assert isinstance(step.tools, InstallPackages)
    assert step.tools.packages == ("gettext",)
    assert "gettext" not in plan.system_packages.runtime
    (reason,) = [each for each in plan.reasons if each.decision == "compilemessages"]
    assert (reason.value, reason.at) == ("locale", "locale/de/LC_MESSAGES/django.po")


def test_they_are_not_compiled_where_that_is_configured():
    plan = planned(compilemessages=False)
    assert "messages" not in [layer.name for layer in plan.layers]
    assert [each.value for each in plan.reasons if each.decision == "compilemessages"] == ["no"]
    assert not any("compiled" in each for each in plan.warnings)


def test_where_nobody_compiles_them_it_is_said():
    packaged, on_image = planned({**SITE, "pyproject.toml": PACKAGED}), planned(base="python:3.13-slim")
    for plan, why in ((packaged, "the project's wheel"), (on_image, "a base image")):
        assert "messages" not in [layer.name for layer in plan.layers]
        (warning,) = [each for each in plan.warnings if "django.po" in each]
        assert why in warning
