"""What a Dockerfile says of how the project is started."""

import pytest

from pottle.project.detectors.dockerfile import detect
from pottle.project.facts import PythonWish, Recipe
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

FROM = "FROM python:3.13-slim\n"


def recipe(text: str, path: str = "Dockerfile", **files: str):
    tree = {path: text, **{name.replace("__", "."): content for name, content in files.items()}}
    return next((clue for clue in detect(Survey(DictTree(tree))) if isinstance(clue, Recipe)), None)


COMMANDS = {
    "words": ('CMD ["gunicorn", "app:app"]', "gunicorn app:app"),
    "a line": ("CMD gunicorn app:app --bind :$PORT", "gunicorn app:app --bind :$PORT"),
    "an entry point": ('ENTRYPOINT ["mcp-server-git"]', "mcp-server-git"),
    "both": ('ENTRYPOINT ["python"]\nCMD ["a.py"]', "python a.py"),
    "an entry point that is a line": ('ENTRYPOINT gunicorn app:app\nCMD ["x"]', "gunicorn app:app"),
    "an entry point that prepares": ('ENTRYPOINT ["/entrypoint.sh"]\nCMD ["gunicorn", "app:app"]', "gunicorn app:app"),
    "the last one": ('CMD ["a"]\nCMD ["b"]', "b"),
    "a reset entry point": ('ENTRYPOINT []\nCMD ["b"]', "b"),
    "a manager": ('ENTRYPOINT ["poetry", "run"]\nCMD ["uvicorn", "a:app"]', "poetry run uvicorn a:app"),
    "a file below the working directory": ('WORKDIR /srv\nCMD ["python", "/srv/a.py"]', "python a.py"),
    "a variable in the working directory": ('ENV HOME=/srv\nWORKDIR $HOME\nCMD ["python", "/srv/a.py"]', "python a.py"),
    "lower case": ('cmd ["b"]', "b"),
    "joined lines": ('CMD ["a", \\\n  # why\n  "b"]', "a b"),
    "behind a here-document": ("RUN <<EOF\nCMD x\nEOF\nCMD b", "b"),
    "one for developers": ('CMD ["uv", "run", "fastapi", "dev"]', None),
    "one that reloads": ('CMD ["uvicorn", "a:app", "--reload"]', None),
    "a file that is not there": ('CMD ["python", "nope.py"]', None),
    "one that no shell would run": ("CMD 'a", None),
    "nothing": ("RUN true", None),
}


@pytest.mark.parametrize(("text", "command"), COMMANDS.values(), ids=COMMANDS)
def test_commands(text, command):
    found = recipe(FROM + text, a__py="")
    assert found is not None
    assert found.command == command


STAGES = {
    "the last stage": (f'{FROM}CMD ["a"]\n{FROM}CMD ["b"]', "b"),
    "what it stands on": ('FROM x AS base\nCMD ["a"]\nFROM base\nRUN true', "a"),
    "through several": ('FROM x AS one\nCMD ["a"]\nFROM one AS two\nFROM two', "a"),
    "not another": ('FROM x AS build\nCMD ["a"]\nFROM x\nRUN true', None),
    "a stage for developers at the end": ('FROM x AS production\nCMD ["a"]\nFROM production AS dev\nCMD ["b"]', "a"),
    "the only one is for developers": ('FROM x AS dev\nCMD ["b"]', "b"),
    "a platform": ('FROM --platform=linux/amd64 x AS a\nCMD ["a"]\nFROM --platform=$TARGETPLATFORM a', "a"),
    "a stage of itself": ('FROM a AS a\nCMD ["a"]', "a"),
}


@pytest.mark.parametrize(("text", "command"), STAGES.values(), ids=STAGES)
def test_stages(text, command):
    found = recipe(text)
    assert found is not None
    assert found.command == command


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("EXPOSE 9000", 9000),
        ("EXPOSE 9000/tcp 9001", 9000),
        ("ENV PORT=9000\nEXPOSE ${PORT}", 9000),
        ("ENV PORT 9000\nEXPOSE $PORT", 9000),
        ("ARG PORT=9000\nEXPOSE ${PORT:-1}", 9000),
        ("EXPOSE ${PORT:-9000}", 9000),
        ("EXPOSE 9000\nEXPOSE 9001", 9001),
        ("EXPOSE 80", None),
        ("EXPOSE 53/udp", None),
        ("EXPOSE $NOWHERE", None),
        ("EXPOSE \u00b2\u00b2\u00b2\u00b2", None),
        (f"EXPOSE {'9' * 5000}", None),
        ("RUN true", None),
    ],
)
def test_ports(text, port):
    found = recipe(FROM + text)
    assert found is not None
    assert (found.port.value if found.port else None) == port


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ("RUN apt-get update && apt-get install -y libcairo2 git=1:2* && rm -rf x", ["libcairo2", "git"]),
        ("RUN apt install --no-install-recommends -y \\\n    # for images\n    ffmpeg", ["ffmpeg"]),
        ("RUN apt-get install -y libpq5 `# for psycopg` \\\n    libmagic1", ["libpq5", "libmagic1"]),
        ("RUN apt-get -qq -y install ffmpeg", ["ffmpeg"]),
        ("RUN apt-get install -y $PACKAGES", []),
        ('ENV PACKAGES="libpq5 git"\nRUN apt-get install -y $PACKAGES', ["libpq5", "git"]),
        ("RUN apt-get install -y -t bookworm-backports ffmpeg", ["ffmpeg"]),
        ("RUN <<EOF\nset -e\napt-get install -y ffmpeg  # films\nEOF", ["ffmpeg"]),
        ("RUN pip install gitpython", []),
        ("COPY apt-get install x", []),
    ],
)
def test_packages(text, packages):
    found = recipe(FROM + text)
    assert found is not None
    assert [fact.value for fact in found.packages] == packages


def test_places():
    found = recipe(f'{FROM}RUN apt-get install -y a1\nEXPOSE 9000\nCMD ["x"]\n')
    assert (str(found.at), str(found.port.at), str(found.packages[0].at)) == (
        "Dockerfile:4",
        "Dockerfile:3",
        "Dockerfile:2",
    )


@pytest.mark.parametrize("path", ["Dockerfile", "Containerfile", "docker/Dockerfile"])
def test_where_it_may_lie(path: str):
    assert recipe(f'{FROM}CMD ["x"]', path) is not None


@pytest.mark.parametrize("path", ["tests/Dockerfile", "Dockerfile.dev", "docs/Dockerfile"])
def test_where_it_may_not(path: str):
    assert recipe(f'{FROM}CMD ["x"]', path) is None


@pytest.mark.parametrize("text", ["", "# nothing\n", "CMD x\n", "}{\n", "ARG A=1\n"])
def test_what_is_none(text: str):
    assert recipe(text) is None


def test_one_that_is_no_text_is_not_this_rooms_to_complain_of():
    assert list(detect(Survey(DictTree({"Dockerfile": b"\xff\xfe\x00"})))) == []


INSTALLS = {
    "by name": ("RUN pip install uwsgi", ["uwsgi"]),
    "with a list": ("RUN pip install --no-cache-dir -r requirements.txt gunicorn==23.0.0", ["gunicorn"]),
    "wheels": ('RUN pip wheel --wheel-dir /wheels uwsgi "psycopg[c]" -r /tmp/requirements.txt', ["uwsgi", "psycopg"]),
    "as a module": ("RUN python -m pip install -U pip && pip3 install waitress", ["pip", "waitress"]),
    "by uv": ("RUN uv pip install --system granian", ["granian"]),
    "an index": ("RUN pip install -i https://index.example/simple --extra-index-url https://b.example x", ["x"]),
    "a directory": ("RUN pip install . ./lib $MORE", []),
    "a comment": ("RUN pip install a # b", ["a"]),
    "quotes that do not end": ("RUN pip install 'a", []),
    "not pip": ("RUN apt-get install -y pip", []),
}


@pytest.mark.parametrize(("text", "names"), INSTALLS.values(), ids=INSTALLS)
def test_what_is_named_to_pip(text, names):
    found = recipe(FROM + text)
    assert found is not None
    assert [each.name for each in found.installs] == names


def test_what_another_stage_installs_counts():
    found = recipe(f'{FROM.strip()} AS builder\nRUN pip wheel uwsgi\n{FROM}CMD ["uwsgi"]')
    assert found is not None
    assert [(each.name, str(each.at)) for each in found.installs] == [("uwsgi", "Dockerfile:2")]


PYTHONS = {
    "the official image": ("FROM python:3.12.3-alpine AS base", "3.12"),
    "with its registry": ("FROM docker.io/library/python:3.9", "3.9"),
    "uv's": ("FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "3.12"),
    "uv's with its version": ("FROM ghcr.io/astral-sh/uv:0.9.2-python3.14-trixie", "3.14"),
    "by an argument": ("ARG V=3.11\nFROM python:${V}-slim", "3.11"),
    "of the last stage": ("FROM python:3.11 AS a\nFROM python:3.12\nCOPY --from=a / /", "3.12"),
    "through a stage": ("FROM python:3.11 AS a\nFROM a AS b\nFROM b", "3.11"),
    "the newest": ("FROM python:3", None),
    "another language": ("FROM node:22", None),
    "a digest": ("FROM python@sha256:3.11", None),
}


@pytest.mark.parametrize(("text", "version"), PYTHONS.values(), ids=PYTHONS)
def test_the_python_that_it_stands_on(text, version):
    wishes = [clue for clue in detect(Survey(DictTree({"Dockerfile": text}))) if isinstance(clue, PythonWish)]
    assert [str(wish) for wish in wishes] == ([f"=={version}.*"] if version else [])
    assert all(wish.standing == "dockerfile" and wish.at.path == "Dockerfile" for wish in wishes)


FRONT_END = "FROM oven/bun:1 AS front\nRUN bun run build\n"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (f"{FRONT_END}{FROM}COPY --from=front /app/dist /srv/app/static", ["/srv/app/static"]),
        (f"{FRONT_END}{FROM}COPY --chown=1:1 --from=front /a /b", ["/b"]),
        ("FROM node:22 AS a\nFROM a AS b\nFROM python:3\nCOPY --from=b /x /y", ["/y"]),
        (f"FROM python:3 AS wheels\n{FROM}COPY --from=wheels /x /y", []),
        (f"{FRONT_END}{FROM}COPY . .", []),
    ],
)
def test_what_another_language_makes(text, places):
    found = recipe(text)
    assert found is not None
    assert [fact.value for fact in found.made_elsewhere] == places
