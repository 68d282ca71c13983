"""Small projects of the kinds that there are, written into a directory by the tests that build them."""

from collections.abc import Mapping
from pathlib import Path

Files = Mapping[str, str]

_SERVES = """
import os
import sys

def about():
    return {
        "uid": os.getuid(),
        "python": "%d.%d" % sys.version_info[:2],
        "home": os.access(os.environ["HOME"], os.W_OK),
        "debug": os.environ.get("DEBUG", ""),
    }
"""

FASTAPI: Files = {
    "pyproject.toml": """
[project]
name = "weather-desk"
version = "2.3.1"
description = "A web service in a package"
requires-python = ">=3.11"
dependencies = ["fastapi[standard]>=0.115"]

[project.scripts]
weather-desk = "weather_desk.__main__:main"

[dependency-groups]
dev = ["ruff>=0.9"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
""",
    "src/weather_desk/__init__.py": """
from fastapi import FastAPI

from weather_desk.about import about

app = FastAPI()


@app.get("/")
def root() -> dict:
    return about()


@app.get("/healthz")
def healthz() -> str:
    return "ok"
""",
    "src/weather_desk/about.py": _SERVES,
    "src/weather_desk/__main__.py": "def main() -> None:\n    print('weather')\n",
    "tests/test_app.py": "def test_nothing():\n    pass\n",
    ".env": "API_KEY=do-not-ship-this-value\n",
    ".gitignore": ".env\n",
}

FLASK: Files = {
    "pyproject.toml": """
[project]
name = "guestbook"
version = "0"
requires-python = ">=3.11"
dependencies = ["flask>=3", "gunicorn>=23"]
""",
    "app.py": """
from flask import Flask, jsonify

from about import about

app = Flask(__name__)


@app.route("/")
def index():
    return jsonify(about())
""",
    "about.py": _SERVES,
}

DJANGO: Files = {
    "pyproject.toml": """
[project]
name = "bookshop"
version = "0"
requires-python = ">=3.11"
dependencies = ["django>=5.1", "gunicorn>=23"]
""",
    "manage.py": """
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookshop.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
""",
    "bookshop/__init__.py": "",
    "bookshop/about.py": _SERVES,
    "bookshop/settings.py": """
import os

SECRET_KEY = os.environ.get("SECRET_KEY", "for development")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "shop.example").split(",")
ROOT_URLCONF = "bookshop.urls"
WSGI_APPLICATION = "bookshop.wsgi.application"
""",
    "bookshop/urls.py": """
from django.http import JsonResponse
from django.urls import path

from bookshop.about import about

urlpatterns = [path("", lambda request: JsonResponse(about()))]
""",
    "bookshop/wsgi.py": """
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookshop.settings")
application = get_wsgi_application()
""",
}

LOOP: Files = {
    "main.py": """
import time

if __name__ == "__main__":
    print("up", flush=True)
    while True:
        time.sleep(60)
""",
    "requirements.txt": "",
}

COMMAND: Files = {
    "pyproject.toml": """
[project]
name = "shouter"
version = "1"
requires-python = ">=3.11"
dependencies = []

[project.scripts]
shouter = "shouter:main"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
""",
    "src/shouter/__init__.py": """
import sys


def main() -> None:
    print(" ".join(sys.argv[1:]).upper())
""",
}

SHOP: Files = {
    **DJANGO,
    "pyproject.toml": DJANGO["pyproject.toml"].replace('"gunicorn>=23"', '"gunicorn>=23", "whitenoise>=6.5"'),
    "bookshop/settings.py": """
import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles", "bookshop"]
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
ROOT_URLCONF = "bookshop.urls"
WSGI_APPLICATION = "bookshop.wsgi.application"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "collected"
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "data" / "shop.db"}}
""",
    "bookshop/static/shop.css": "body { color: red }",
    "bookshop/urls.py": """
from django.http import HttpResponse
from django.templatetags.static import static
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse(static("shop.css")))]
""",
}
"""Static files under hashed names, a secret key that has to be given, a database that is kept."""

LIBRARY: Files = {
    **{name: DJANGO[name] for name in ("manage.py", "bookshop/__init__.py", "bookshop/wsgi.py")},
    "pyproject.toml": """
[project]
name = "book-shop"
version = "0"
requires-python = ">=3.11"
dependencies = ["django>=5.1", "gunicorn>=23", "psycopg[binary]>=3.2", "redis>=5"]
""",
    "bookshop/settings.py": """
import os

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "bookshop.urls"
WSGI_APPLICATION = "bookshop.wsgi.application"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.staticfiles", "bookshop"]
STATIC_URL = "static/"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("DB_HOST", "localhost"),
        "NAME": os.environ["DB_NAME"],
        "USER": os.environ["DB_USER"],
        "PASSWORD": os.environ["DB_PASSWORD"],
    }
}
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/2")
""",
    "bookshop/models.py": """
from django.db import models


class Book(models.Model):
    title = models.TextField()

    class Meta:
        app_label = "bookshop"
""",
    "bookshop/migrations/__init__.py": "",
    "bookshop/migrations/0001_initial.py": """
from django.db import migrations, models


def first(apps, schema_editor):
    apps.get_model("bookshop", "Book").objects.create(title="Middlemarch")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Book",
            fields=[("id", models.AutoField(primary_key=True, serialize=False)), ("title", models.TextField())],
        ),
        migrations.RunPython(first),
    ]
""",
    "bookshop/urls.py": """
import redis
from django.conf import settings
from django.http import JsonResponse
from django.urls import path

from bookshop.models import Book


def index(request):
    seen = redis.Redis.from_url(settings.REDIS_URL).incr("seen")
    return JsonResponse({"books": [book.title for book in Book.objects.all()], "seen": seen})


urlpatterns = [path("", index)]
""",
}
"""Books in PostgreSQL, which a migration puts there, and a counter in Redis."""

WORKSPACE: Files = {
    "pyproject.toml": """
[tool.uv.workspace]
members = ["packages/*"]
""",
    ".gitignore": "/packages/web/local.db\n",
    "packages/web/pyproject.toml": """
[project]
name = "web"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["core", "starlette>=0.40", "uvicorn>=0.34"]

[tool.uv.sources]
core = { workspace = true }

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
""",
    "packages/web/src/web/__init__.py": """
from core import about
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

app = Starlette(routes=[Route("/", lambda request: JSONResponse(about()))])
""",
    "packages/web/templates/page.html": "<p>hello</p>",
    "packages/web/local.db": "do-not-ship-this-value",
    "packages/core/pyproject.toml": """
[project]
name = "core"
version = "1.0"
requires-python = ">=3.11"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
""",
    "packages/core/src/core/__init__.py": _SERVES.replace("def about", "\ndef about"),
    "packages/other/pyproject.toml": """
[project]
name = "other"
version = "1.0"
dependencies = []
""",
    "packages/other/main.py": "print('another program')",
}
"""Three projects under one lock, of which two belong together."""

REQUIREMENTS: Files = {
    "requirements.in": "flask>=3\nwaitress>=3\n",
    "app.py": FLASK["app.py"],
    "about.py": FLASK["about.py"],
}

POETRY: Files = {
    "pyproject.toml": """
[project]
name = "guestbook"
version = "0.1.0"
requires-python = ">=3.11,<4"
dependencies = ["flask>=3", "gunicorn>=23"]

[tool.poetry]
package-mode = false

[tool.poetry.group.dev.dependencies]
colorama = ">=0.4"

[[tool.poetry.source]]
name = "main"
url = "INDEX"
priority = "primary"
""",
    "app.py": FLASK["app.py"],
    "about.py": FLASK["about.py"],
}
"""`INDEX` stands for the URL of an index, here and below."""

PDM: Files = {
    "pyproject.toml": COMMAND["pyproject.toml"].replace("dependencies = []", 'dependencies = ["idna>=3"]'),
    "src/shouter/__init__.py": COMMAND["src/shouter/__init__.py"],
}

PIPENV: Files = {
    "Pipfile": """
[[source]]
url = "INDEX"
verify_ssl = true
name = "main"

[packages]
flask = ">=3"
gunicorn = ">=23"

[dev-packages]
colorama = "*"

[requires]
python_version = "3.13"
""",
    "app.py": FLASK["app.py"],
    "about.py": FLASK["about.py"],
}

SHELL: Files = {
    "main.py": """
import subprocess

print(subprocess.run("echo $((6 * 7))", shell=True, check=True, capture_output=True, text=True).stdout)
""",
    "requirements.txt": "",
}

NATIVE_MODULES = ("numpy", "pydantic_core", "uvloop", "cryptography.hazmat.bindings._rust", "lxml.etree", "psycopg")
NATIVE: Files = {
    "pyproject.toml": """
[project]
name = "native"
version = "0"
requires-python = ">=3.11"
dependencies = ["numpy", "pydantic-core", "uvloop", "cryptography", "lxml", "psycopg[binary]"]
""",
    "main.py": f"""
import importlib

for name in {NATIVE_MODULES!r}:
    print("imported", importlib.import_module(name).__name__)

import numpy, psycopg
print(int(numpy.arange(10) @ numpy.arange(10)), psycopg.pq.__impl__)
""",
}


def write(files: Files, into: Path) -> Path:
    """The directory, with the project in it."""
    for name, text in files.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"))
    return into
