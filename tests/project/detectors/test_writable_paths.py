"""Where an application writes, as far as its code says."""

import pytest

from pottle.project.detectors.writable_paths import detect
from pottle.project.facts import Writable
from pottle.project.survey import Survey
from pottle.project.tree import DictTree
from pottle.text import Location

BASE = "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n"
OLD_BASE = "import os\nBASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n"


def found(text: str, path: str = "site/settings.py", **more: str) -> list[Writable]:
    return list(detect(Survey(DictTree({path: text, **more}))))


DIRECTORIES = {
    "a literal": ("MEDIA_ROOT = '/srv/media'", "/srv/media", "media"),
    "relative": ("MEDIA_ROOT = 'media/'", "media", "media"),
    "of a Path": (f"{BASE}MEDIA_ROOT = BASE_DIR / 'media'", "media", "media"),
    "of os.path": (f"{OLD_BASE}MEDIA_ROOT = os.path.join(BASE_DIR, 'var', 'media')", "var/media", "media"),
    "as text": (f"{BASE}MEDIA_ROOT = str(BASE_DIR / 'media')", "media", "media"),
    "parents": ("from pathlib import Path\nMEDIA_ROOT = Path(__file__).parents[1].joinpath('m')", "m", "media"),
    "a longer way": (f"{BASE}VAR = BASE_DIR.joinpath('var')\nMEDIA_ROOT = f'{{VAR}}/media'", "var/media", "media"),
    "added up": (f"{OLD_BASE}MEDIA_ROOT = BASE_DIR + '/media'", "media", "media"),
    "django-environ's": (
        "import environ\nroot = environ.Path(__file__) - 2\nMEDIA_ROOT = root('media')",
        "media",
        "media",
    ),
    "django-environ's, by a method": (
        "import environ\nroot = environ.Path(__file__) - 2\nMEDIA_ROOT = str(root.path('media'))",
        "media",
        "media",
    ),
    "the current directory": ("import os\nMEDIA_ROOT = os.path.join(os.getcwd(), 'm')", "m", "media"),
    "by default": ("import os\nMEDIA_ROOT = os.environ.get('MEDIA_ROOT', '/media')", "/media", "media"),
    "out of the tree": ("MEDIA_ROOT = '../media'", "../media", "media"),
    "Flask's": ("UPLOAD_FOLDER = 'uploads'", "uploads", "uploads"),
    "Flask's, set": ("app.config['UPLOAD_FOLDER'] = './static/up'", "static/up", "uploads"),
    "Flask's, by its root": (
        "import os\napp.config['UPLOAD_FOLDER'] = os.path.join(app.root_path, 'up')",
        "site/up",
        "uploads",
    ),
    "Flask's, updated": ("app.config.update(UPLOAD_FOLDER='/up')", "/up", "uploads"),
    "in a class": ("class Config:\n    UPLOAD_FOLDER = '/up'", "/up", "uploads"),
}


@pytest.mark.parametrize(("text", "path", "what"), DIRECTORIES.values(), ids=DIRECTORIES)
def test_finds_directories(text, path, what):
    (writable,) = found(text)
    assert (writable.path, writable.what, writable.directory) == (path, what, True)


DJANGO = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': %s}}"
DATABASES = {
    "Django's default": (BASE + DJANGO % "BASE_DIR / 'db.sqlite3'", "db.sqlite3"),
    "Django's, elsewhere": (OLD_BASE + DJANGO % "os.path.join(BASE_DIR, 'data', 'db.sqlite3')", "data/db.sqlite3"),
    "a URL, relative": ("from sqlalchemy import create_engine\ne = create_engine('sqlite:///./app.db')", "app.db"),
    "a URL, absolute": ("URL = 'sqlite:////data/app.db?check_same_thread=False'", "/data/app.db"),
    "a URL of a driver": ("URL = 'sqlite+aiosqlite:///data/app.db'", "data/app.db"),
    "a URL put together": (f'{BASE}URL = f\'sqlite:///{{BASE_DIR / "var" / "x.db"}}\'', "var/x.db"),
    "Tortoise's": ("Tortoise.init(db_url='x', default='sqlite://data/db.sqlite3')", "data/db.sqlite3"),
    "Flask-SQLAlchemy's": ("app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///shop.db'", "instance/shop.db"),
    "Flask's instance": (
        "import os\napp.config.from_mapping(DATABASE=os.path.join(app.instance_path, 'flaskr.sqlite'))",
        "instance/flaskr.sqlite",
    ),
    "sqlite3": ("import sqlite3\nwith sqlite3.connect('data.db') as c: ...", "data.db"),
    "sqlite3, by a name": (
        "from sqlite3 import connect\nDB = 'var/data.db'\ndef f():\n    connect(DB, timeout=1)",
        "var/data.db",
    ),
    "peewee": ("from peewee import SqliteDatabase\ndb = SqliteDatabase('people.db')", "people.db"),
}


@pytest.mark.parametrize(("text", "path"), DATABASES.values(), ids=DATABASES)
def test_finds_databases(text, path):
    (writable,) = found(text)
    assert (writable.path, writable.what, writable.directory) == (path, "database", False)


VARIABLES = {
    "a URL": "import os\nURL = os.getenv('DATABASE_URL', 'sqlite:///app.db')",
    "or": "import os\nURL = os.environ.get('DATABASE_URL') or 'sqlite:///app.db'",
    "dj-database-url": "import dj_database_url\nx = dj_database_url.config('DATABASE_URL', default='sqlite:///app.db')",
    "environ": "DATABASES = {'default': env.db('DATABASE_URL', default='sqlite:///app.db')}",
    "decouple": "from decouple import config\nURL = config('DATABASE_URL', default='sqlite:///app.db')",
    "a name": BASE + DJANGO % "os.environ.get('DATABASE_URL', 'app.db')",
    "a settings class": "class Settings(BaseSettings):\n    url: str = env('DATABASE_URL', default='sqlite:///app.db')",
}


@pytest.mark.parametrize("text", VARIABLES.values(), ids=VARIABLES)
def test_names_the_variable_that_says_otherwise(text):
    (writable,) = found(text)
    assert (writable.path, writable.variable) == ("app.db", "DATABASE_URL")


QUIET = {
    "the environment alone": "import os\nMEDIA_ROOT = os.environ['MEDIA_ROOT']",
    "memory": "import sqlite3\nsqlite3.connect(':memory:')\nx = 'sqlite://'\ny = 'sqlite:///:memory:'",
    "another database": "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop'}}",
    "an argument": "import sqlite3\ndef f(path):\n    return sqlite3.connect(path)",
    "a call that is not ours": "import mine\nmine.connect('data.db')",
    "a word": "x = 'about sqlite'",
    "a log": "LOG_DIR = 'logs'",
    "a url of media": "MEDIA_URL = '/media/'",
    "a constant of another module": "import sqlite3\nfrom elsewhere import DB\nsqlite3.connect(DB)",
    "itself": "MEDIA_ROOT = MEDIA_ROOT + '/x'",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_stays_quiet(text):
    assert found(text) == []


@pytest.mark.parametrize("path", ["site/settings/local.py", "config/test.py", "tests/settings.py", "dev_settings.py"])
def test_settings_for_somewhere_else_do_not_count(path):
    assert found("MEDIA_ROOT = '/media'", path) == []


def test_a_name_is_followed_through_imports():
    text = "from site_paths import DATA\nMEDIA_ROOT = DATA / 'media'"
    (writable,) = found(text, "settings.py", **{"site_paths.py": "from pathlib import Path\nDATA = Path('sqlite')\n"})
    assert (writable.path, writable.at) == ("sqlite/media", Location("settings.py", 2))


def test_each_path_comes_once_with_the_place_that_names_it_first():
    files = {"b.py": "MEDIA_ROOT = 'media'\n"}
    (writable,) = found("x = 1\nMEDIA_ROOT = './media'\n", "a.py", **files)
    assert writable.at == Location("a.py", 2)


def test_says_what_else_lies_there():
    assert found("MEDIA_ROOT = 'site'")[0].holds_code
    assert not found("MEDIA_ROOT = 'media'", **{"media/logo.png": ""})[0].holds_code
    assert found("import sqlite3\nsqlite3.connect('x.db')")[0].holds_code
    assert found(f"{BASE}MEDIA_ROOT = BASE_DIR / 'media'")[0].beside_code
    assert not found("MEDIA_ROOT = 'media'")[0].beside_code
