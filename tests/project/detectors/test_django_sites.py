"""Django's settings."""

import pytest

from pottle.project.clues import Said
from pottle.project.detectors.django_sites import detect
from pottle.project.facts import Messages, StaticFiles
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")\n'
WSGI = MANAGE + "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
BASE = "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nINSTALLED_APPS = ['django.contrib.staticfiles']\n"
STATIC = "STATIC_ROOT = BASE_DIR / 'staticfiles'\n"


def found(files: dict[str, str], settings: str = "site_.settings") -> list[StaticFiles | Messages | Said]:
    tree = {
        "manage.py": MANAGE.format(settings),
        "site_/wsgi.py": WSGI.format(settings),
        "site_/__init__.py": "",
        **files,
    }
    return list(detect(Survey(DictTree(tree))))


def collected(text: str) -> StaticFiles | None:
    return next((each for each in found({"site_/settings.py": BASE + text}) if isinstance(each, StaticFiles)), None)


def test_static_root_is_where_files_are_gathered():
    files = collected(STATIC)
    assert files is not None
    assert (files.directory, files.manage, str(files.at)) == ("staticfiles", "manage.py", "site_/settings.py:4")
    assert files.environment == (("DJANGO_SETTINGS_MODULE", "site_.settings"),)


def test_a_site_may_lie_below_a_directory():
    files = {
        "backend/manage.py": MANAGE.format("site_.settings"),
        "backend/site_/settings.py": BASE + STATIC,
        "backend/site_/__init__.py": "",
    }
    (static,) = detect(Survey(DictTree(files)))
    assert isinstance(static, StaticFiles)
    assert (static.manage, static.directory) == ("backend/manage.py", "backend/staticfiles")


def test_settings_are_read_with_what_they_import():
    files = {
        "site_/settings/__init__.py": "",
        "site_/settings/base.py": BASE.replace(".parent.parent", ".parent.parent.parent") + STATIC,
        "site_/settings/production.py": "from .base import *\nDEBUG = False\n",
    }
    (static,) = found(files, "site_.settings.production")
    assert isinstance(static, StaticFiles)
    assert (static.directory, str(static.at)) == ("staticfiles", "site_/settings/base.py:4")


QUIET = {
    "not set": "",
    "empty": "STATIC_ROOT = ''\n",
    "none": "STATIC_ROOT = None\n",
    "kept by a service": STATIC + "STATICFILES_STORAGE = 'storages.backends.s3boto3.S3Boto3Storage'\n",
    "kept by a service, in the newer way": STATIC
    + "STORAGES = {'staticfiles': {'BACKEND': 'storages.backends.gcloud.GoogleCloudStorage'}}\n",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_stays_quiet(text: str):
    assert found({"site_/settings.py": BASE + text}) == []


def test_without_djangos_application_for_it_there_is_nothing_to_gather():
    assert found({"site_/settings.py": BASE.replace("django.contrib.staticfiles", "shop") + STATIC}) == []
    assert found({}) == []
    assert list(detect(Survey(DictTree({"app.py": "STATIC_ROOT = 'x'"})))) == []


def test_a_place_outside_of_the_project_may_be_anywhere_in_the_image():
    files = collected("STATIC_ROOT = '/var/www/static'\n")
    assert files is not None
    assert files.directory == "/var/www/static"


@pytest.mark.parametrize("value", ["env('ROOT')", "BASE_DIR.parent / 'static'", "BASE_DIR"])
def test_a_place_outside_of_the_project_or_of_sight_is_told(value: str):
    (told,) = found({"site_/settings.py": BASE + f"STATIC_ROOT = {value}\n"})
    assert isinstance(told, Said)
    assert (told.subject, str(told.at)) == ("warning", "site_/settings.py:4")


INSISTED = {
    "os.environ": ("import os\nSECRET_KEY = os.environ['SECRET_KEY']\n", {"SECRET_KEY": "unset"}),
    "environs": ("from environs import Env\nenv = Env()\nPORT = env.int('DB_PORT')\nD = env.bool('DEBUG')\n", {"DB_PORT": "1", "DEBUG": "False"}),
    "django-environ": ("import environ\nenv = environ.Env()\nDATABASES = {'default': env.db('MAIN')}\n", {"MAIN": "sqlite:///:memory:"}),
    "decouple": ("from decouple import config\nA = config('A', cast=bool)\nU = config('API_URL')\n", {"A": "False", "API_URL": "http://localhost"}),
    "a cache": ("import os\nR = os.environ['REDIS_URL']\nH = os.environ['HOST']\n", {"REDIS_URL": "redis://localhost:6379/0", "HOST": "localhost"}),
    "defaults": ("import os\nA = os.environ.get('A')\nB = os.getenv('B', 1)\nfrom decouple import config\nC = config('C', default=1)\n", {}),
    "what it asks about first": ("import os\nif 'A' in os.environ:\n    A = os.environ['A']\n", {}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), INSISTED.values(), ids=INSISTED)
def test_what_the_settings_insist_on_has_a_stand_in(text: str, expected: dict[str, str]):
    files = collected(STATIC + text)
    assert files is not None
    assert {name: value for name, value in files.environment if name != "DJANGO_SETTINGS_MODULE"} == expected


# --- settings that are not used -------------------------------------------------------------------

UNUSED = {
    "development beside production": ("site_.settings.dev", {"dev": "", "production": ""}, "site_.settings.production"),
    "a package that imports development": (
        "site_.settings",
        {"__init__": "from .local import *", "local": "", "prod": ""},
        "site_.settings.prod",
    ),
    "a base": ("site_.settings.base", {"base": "", "prod": ""}, "site_.settings.prod"),
}
USED = {
    "production itself": ("site_.settings.production", {"dev": "", "production": ""}),
    "a package that imports production": ("site_.settings", {"__init__": "from .prod import *", "prod": ""}),
    "a module of another name": ("site_.settings.cloud", {"cloud": "", "production": ""}),
    "no other": ("site_.settings.dev", {"dev": ""}),
}


def said(settings: str, modules: dict[str, str]) -> list[str]:
    files = {f"site_/settings/{name}.py": text for name, text in modules.items()}
    return [
        each.value for each in found({"site_/settings/__init__.py": "", **files}, settings) if isinstance(each, Said)
    ]


@pytest.mark.parametrize(("settings", "modules", "other"), UNUSED.values(), ids=UNUSED)
def test_settings_for_production_that_nothing_chooses_are_told(settings: str, modules: dict[str, str], other: str):
    assert said(settings, modules) == [
        f"{settings} is what runs, though {other} is there: set DJANGO_SETTINGS_MODULE to choose it"
    ]


@pytest.mark.parametrize(("settings", "modules"), USED.values(), ids=USED)
def test_otherwise_nothing_is_told(settings: str, modules: dict[str, str]):
    assert said(settings, modules) == []


def translated(settings: str, *paths: str) -> Messages | None:
    files = {"site_/settings.py": BASE + settings, **dict.fromkeys(paths, "")}
    return next((each for each in found(files) if isinstance(each, Messages)), None)


def test_messages_without_their_compiled_form_are_to_be_compiled():
    paths = ("locale/de/LC_MESSAGES/django.po", "site_/locale/pt_BR/LC_MESSAGES/djangojs.po")
    messages = translated("import os\nKEY = os.environ['KEY']\n", *paths)
    assert messages is not None
    assert (messages.manage, messages.directories) == ("manage.py", ("locale", "site_/locale"))
    assert str(messages.at) == paths[0]
    assert messages.environment == (("DJANGO_SETTINGS_MODULE", "site_.settings"), ("KEY", "unset"))


def test_only_directories_where_something_is_missing_are_written_to():
    there = ("a/locale/de/LC_MESSAGES/django.po", "a/locale/de/LC_MESSAGES/django.mo")
    assert translated("", *there) is None
    messages = translated("", *there, "b/locale/de/LC_MESSAGES/django.po")
    assert messages is not None
    assert messages.directories == ("b/locale",)


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ("USE_I18N = False\n", "locale/de/LC_MESSAGES/django.po"),
        ("", "locale/de/django.po"),
        ("", "locale/de/LC_MESSAGES/README"),
    ],
)
def test_what_nobody_translates_with_is_no_message(settings: str, path: str):
    assert translated(settings, path) is None
