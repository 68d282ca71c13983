"""What runs the application's code while its image is built: collectstatic, and steps of the configuration."""

from pathlib import Path

import pytest
from tests.e2e.command import Pottle
from tests.e2e.engines import fetch, free_port

pytestmark = [pytest.mark.engine, pytest.mark.network]

PYPROJECT = """\
[project]
name = "site"
version = "1"
requires-python = ">=3.11"
dependencies = ["django>=5", "whitenoise>=6", "gunicorn>=23"]

[tool.pottle.step.stamp]
command = ["python", "-c", "open('stamps/made', 'w').write(open('stamps/kept').read() + '!')"]
outputs = ["stamps"]
"""
SETTINGS = """\
import os
from pathlib import Path

BASE_DIR = Path(__file__).parents[1]
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "site_.urls"
WSGI_APPLICATION = "site_.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles", "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "collected"
STATICFILES_DIRS = [BASE_DIR / "assets"]
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
"""
URLS = """\
from django.http import HttpResponse
from django.templatetags.static import static
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse(static("site.css") + " " + open("stamps/made").read()))]
"""
ENTRANCE = """\
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
"""
FILES = {
    "pyproject.toml": PYPROJECT,
    "manage.py": ENTRANCE + "from django.core.management import execute_from_command_line\nimport sys\n"
    "execute_from_command_line(sys.argv)\n",
    "site_/__init__.py": "",
    "site_/settings.py": SETTINGS,
    "site_/urls.py": URLS,
    "site_/wsgi.py": ENTRANCE
    + "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    "assets/site.css": "body { color: teal }\n",
    "stamps/kept": "kept",
}


def test_a_site_serves_the_files_that_were_collected(pottle: Pottle, project, tmp_path: Path):
    path, port = project(FILES), free_port()
    pottle("build", path)
    with pottle.running(tmp_path, "--backend=unshare", "-p", f"{port}:8000", "-e", "SECRET_KEY=x", path) as run:
        run.wait_for("Listening at", "stderr")
        named, stamp = fetch(f"http://127.0.0.1:{port}/").body.decode().split(" ")
        assert fetch(f"http://127.0.0.1:{port}{named}").body.decode() == FILES["assets/site.css"]
    assert named.startswith("/static/site.")
    assert named != "/static/site.css"
    assert stamp == "kept!"
