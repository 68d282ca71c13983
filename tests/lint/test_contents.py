"""What lies where when a command runs."""

import pytest

from pottle.dockerfile.parser import parse
from pottle.lint.build import Build
from pottle.lint.contents import ABSENT, UNKNOWN, at_end, directory_of, file_at, first_of, upwards
from pottle.lint.repository import InMemory
from pottle.text import Source

FILES = {
    "pyproject.toml": "",
    "requirements.txt": "",
    "src/shop/main.py": "",
    "backend/pyproject.toml": "",
    "backend/app.py": "",
    "docs/secret.md": "",
    "tool": "",
    ".dockerignore": "docs\n",
}
AT = "/app/pyproject.toml"


def build(text: str, files: dict[str, str] = FILES) -> Build:
    return Build(parse(Source("Dockerfile", text)), "Dockerfile", InMemory({**files, "Dockerfile": text}))


FOUND = {
    "into the directory": ("COPY pyproject.toml .", AT, "pyproject.toml"),
    "under another name": ("COPY backend/pyproject.toml ./a.toml", "/app/a.toml", "backend/pyproject.toml"),
    "of a directory": ("COPY backend .", AT, "backend/pyproject.toml"),
    "of all": ("COPY . /app", AT, "pyproject.toml"),
    "below": ("COPY . .", "/app/src/shop/main.py", "src/shop/main.py"),
    "not a directory itself": ("COPY src .", "/app/src/shop/main.py", ABSENT),
    "a directory's content": ("COPY src .", "/app/shop/main.py", "src/shop/main.py"),
    "what is not sent": ("COPY . .", "/app/docs/secret.md", ABSENT),
    "a pattern": ("COPY pyproject.toml uv.lock* ./", AT, "pyproject.toml"),
    "a pattern of files": ("COPY *.txt ./", "/app/requirements.txt", "requirements.txt"),
    "a pattern that is no other": ("COPY *.txt ./", AT, ABSENT),
    "a pattern of anything": ("COPY py* ./", AT, "pyproject.toml"),
    "the later one": ("COPY . .\nCOPY backend/pyproject.toml ./", AT, "backend/pyproject.toml"),
    "no file": ("RUN pip install x", AT, ABSENT),
    "a directory that is there": ("COPY pyproject.toml /app", AT, "pyproject.toml"),
    "a directory that may be there": ("COPY pyproject.toml /opt/x", "/opt/x/pyproject.toml", UNKNOWN),
    "a file that is not there": ("COPY uv.lock ./", "/app/uv.lock", UNKNOWN),
    "an archive": ("ADD app.tar.gz .", AT, UNKNOWN),
    "an address": ("ADD https://a.example/x .", "/app/x", UNKNOWN),
    "an argument": ("ARG F\nCOPY $F .", AT, UNKNOWN),
    "here": ("COPY <<EOF pyproject.toml\nx\nEOF", AT, UNKNOWN),
    "parents": ("COPY --parents backend/app.py .", "/app/backend/app.py", UNKNOWN),
    "a stage's": ("COPY --from=files /x/ ./", AT, "pyproject.toml"),
    "a stage's own name": ("COPY --from=files /x/pyproject.toml ./", AT, "pyproject.toml"),
    "a stage that has it not": ("COPY --from=files /y ./", AT, ABSENT),
    "uv": ("COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /uvx /bin/", AT, ABSENT),
    "another image": ("COPY --from=a.example/x / /", AT, UNKNOWN),
    "a program": ("RUN ./configure", AT, UNKNOWN),
    "a lock that is written": ("RUN uv lock", "/app/uv.lock", UNKNOWN),
    "uv writes its lock": ("RUN uv sync", "/app/uv.lock", UNKNOWN),
    "a redirection": ("RUN pip freeze > requirements.txt", "/app/requirements.txt", UNKNOWN),
    "one elsewhere": ("RUN echo a > b", AT, ABSENT),
    "moved": ("RUN mv a b", AT, UNKNOWN),
    "moved elsewhere": ("RUN mv a /usr/bin/", AT, ABSENT),
    "downloaded": ("RUN curl -O https://a.example/pyproject.toml", AT, UNKNOWN),
    "an installer": ("RUN curl https://a.example/install.sh | sh", AT, ABSENT),
    "a module": ("RUN python -m tool", AT, UNKNOWN),
    "an environment": ("RUN python -m venv .venv && apt-get update && rm -rf /tmp/x", AT, ABSENT),
    "no shell": ("RUN <<EOF\n#!/usr/bin/env python3\nx\nEOF", AT, UNKNOWN),
}


@pytest.mark.parametrize(("text", "path", "place"), FOUND.values(), ids=FOUND)
def test_what_is_there(text: str, path: str, place: object):
    start = "FROM python:3.13 AS files\nCOPY pyproject.toml /x/\n"
    found = build(f"{start}FROM python:3.13\nWORKDIR /app\n{text}\nRUN this")
    assert file_at(found, found.run_commands[-1], path) == place
    assert at_end(found, found.stages.stages[-1], path) in (place, UNKNOWN)


MOUNTED = {
    "a file": ("type=bind,source=pyproject.toml,target=pyproject.toml", "pyproject.toml"),
    "a directory": ("type=bind,source=backend,target=.", "backend/pyproject.toml"),
    "a file that is not there": ("type=bind,source=uv.lock,target=pyproject.toml", UNKNOWN),
    "all": ("type=bind,target=/app", "pyproject.toml"),
    "a stage": ("type=bind,from=files,source=/x,target=/app", "pyproject.toml"),
    "a cache": ("type=cache,target=/app", UNKNOWN),
    "a cache elsewhere": ("type=cache,target=/root/.cache", ABSENT),
    "a secret": ("type=secret,id=a,target=/app/pyproject.toml", UNKNOWN),
}


@pytest.mark.parametrize(("mount", "place"), MOUNTED.values(), ids=MOUNTED)
def test_mounts(mount: str, place: object):
    start = "FROM python:3.13 AS files\nCOPY pyproject.toml /x/\n"
    found = build(f"{start}FROM python:3.13\nWORKDIR /app\nRUN --mount={mount} this")
    assert file_at(found, found.run_commands[-1], AT) == place


def test_what_nobody_knows():
    for base in ("a.example/python:3.13", "python:3-onbuild", "$X"):
        found = build(f"FROM {base}\nRUN this")
        assert file_at(found, found.run_commands[-1], AT) is UNKNOWN
    scratch = build("FROM scratch\nRUN this")
    assert file_at(scratch, scratch.run_commands[-1], AT) is ABSENT
    assert file_at(scratch, scratch.run_commands[-1], None) is UNKNOWN


def test_without_a_context():
    alone = build("FROM python:3.13\nCOPY . /app/\nRUN this", {})
    assert file_at(alone, alone.run_commands[-1], AT) is UNKNOWN
    found = build("FROM python:3.13\nWORKDIR /app\nCOPY pyproject.toml x.txt ./\nCOPY src /src/\nRUN this", {})
    assert file_at(found, found.run_commands[-1], AT) is UNKNOWN
    assert file_at(found, found.run_commands[-1], "/app/uv.lock") is ABSENT
    assert file_at(found, found.run_commands[-1], "/src/a") is UNKNOWN


def test_the_context_may_be_another_directory():
    """`docker build -f Dockerfile backend` is as good as `docker build .`."""
    found = build("FROM python:3.13\nCOPY . /app/\nRUN this", {"main.py": "", "backend/requirements.txt": ""})
    assert file_at(found, found.run_commands[-1], "/app/requirements.txt") is UNKNOWN
    assert file_at(found, found.run_commands[-1], "/app/uv.lock") is ABSENT
    text = "FROM python:3.13\nCOPY . /app/\nRUN this"
    files = {"backend/Dockerfile": text, "backend/main.py": "", "web/requirements.txt": "", "uv.lock": ""}
    inner = Build(parse(Source("backend/Dockerfile", text)), "backend/Dockerfile", InMemory(files))
    assert file_at(inner, inner.run_commands[-1], "/app/web/requirements.txt") is UNKNOWN
    assert file_at(inner, inner.run_commands[-1], "/app/uv.lock") is UNKNOWN
    assert file_at(inner, inner.run_commands[-1], "/app/setup.py") is ABSENT


def test_upwards():
    found = build("FROM python:3.13\nWORKDIR /app/sub\nCOPY pyproject.toml /app/\nRUN this")
    command = found.run_commands[-1]
    assert first_of(found, command, upwards("/app/sub", "pyproject.toml")) == "pyproject.toml"
    assert first_of(found, command, upwards("/srv", "pyproject.toml")) is ABSENT
    assert first_of(found, command, upwards(None, "pyproject.toml")) is UNKNOWN


DIRECTORIES = {
    "WORKDIR": ("RUN this", "/app"),
    "cd": ("RUN cd sub && this", "/app/sub"),
    "absolute": ("RUN cd /x; cd y; this", "/x/y"),
    "perhaps": ("RUN test -d x || cd x; this", None),
    "a subshell": ("RUN (cd x && make) && this", None),
    "a variable": ("RUN cd $X && this", None),
}


@pytest.mark.parametrize(("text", "directory"), DIRECTORIES.values(), ids=DIRECTORIES)
def test_directories(text: str, directory: str | None):
    found = build(f"FROM python:3.13\nWORKDIR /app\n{text}")
    assert directory_of(found, found.run_commands[-1]) == directory
