"""What rules may ask of a Dockerfile."""

import pytest
from tests.lint.cases import target

from pottle.dockerfile.parser import parse
from pottle.lint.build import Build
from pottle.lint.compose import Compose
from pottle.lint.project import Project
from pottle.lint.repository import Changed, InMemory
from pottle.lint.services import services
from pottle.lint.yaml_file import Scalar, read_mapping
from pottle.text import Source


def build(text: str, path: str = "Dockerfile", **files: str) -> Build:
    around = {name.replace("__", "/").replace("_", "."): content for name, content in files.items()}
    return Build(parse(Source(path, text)), path, InMemory({**around, path: text}))


COMMANDS = {
    "wrappers": ("RUN exec env A=1 sudo -u b pip install x", [("pip", "install", "x")]),
    "a shell in a shell": ("RUN bash -c 'pip install x && y'", [("pip", "install", "x"), ("y",)]),
    "a shell in an array": ('RUN ["/bin/bash", "-ec", "pip install x"]', [("pip", "install", "x")]),
    "words": ('RUN ["pip", "install", "x y"]', [("pip", "install", "x y")]),
    "variables": ("ENV P=pip\nARG X=1\nRUN $P install a==$X $Y", [("pip", "install", "a==1", "$Y")]),
    "variables of the script": ("RUN V=1; pip install a==$V", [("pip", "install", "a==1")]),
    "a here-document": ("RUN <<EOF\na\nb\nEOF", [("a",), ("b",)]),
    "one for another program": ("RUN <<EOF\n#!/usr/bin/env python3\nimport x\nEOF", []),
    "one that is read": ("RUN python3 <<EOF\nimport x\nEOF", [("python3",)]),
    "another shell": ('SHELL ["powershell"]\nRUN a; b', []),
    "an init": ('CMD ["tini", "-g", "--", "a", "b"]', [("a", "b")]),
    "no shell script": ("RUN a 'b", []),
}


@pytest.mark.parametrize(("text", "argvs"), COMMANDS.values(), ids=COMMANDS)
def test_commands(text: str, argvs):
    found = build(f"FROM x\n{text}")
    assert [command.argv for step in found.steps for command in found.commands(step)] == argvs


def test_what_a_script_exports():
    text = 'FROM x\nRUN A=0 export B=1 C="$D" && E=2; export E; F=3 pip install a && if x; then export G=4; fi && y'
    *_, installs, _, _, last = (command for step in build(text).steps for command in build(text).commands(step))
    assert dict(installs.environment) == {"B": "1", "C": None, "E": "2", "F": "3"}
    assert dict(last.environment) == {"B": "1", "C": None, "E": "2", "G": None}


STARTS = {
    "CMD": ('CMD ["a"]', "a"),
    "ENTRYPOINT": ('ENTRYPOINT ["a"]', "a"),
    "both": ('ENTRYPOINT ["a"]\nCMD ["b"]', "a b"),
    "a line takes no CMD": ('ENTRYPOINT a\nCMD ["b"]', "a"),
    "a CMD that is a line": ('ENTRYPOINT ["a"]\nCMD b', "a"),
    "an entry point that is taken back": ('ENTRYPOINT ["a"]\nENTRYPOINT []\nCMD ["b"]', "b"),
    "of the stage below": ('CMD ["a"]\nFROM s', "a"),
    "a new entry point forgets the CMD below": ('CMD ["a"]\nFROM s\nENTRYPOINT ["b"]', "b"),
    "of a line the last command": ("CMD a && exec b c", "b c"),
    "nothing": ("RUN a", None),
}


@pytest.mark.parametrize(("text", "argv"), STARTS.values(), ids=STARTS)
def test_what_a_container_runs(text: str, argv: str | None):
    found = build(f"FROM x AS s\n{text}")
    assert found.final is not None
    start = found.start(found.final)
    assert (" ".join(start.command.argv) if start else None) == argv


def test_what_gets_into_the_image():
    found = build(
        "FROM a AS base\nRUN one\nFROM base AS builder\nRUN two\nFROM base\nCOPY --from=builder /x /x\nRUN three"
    )
    assert [found.source.at(step.instruction.body.whole) for step in found.steps if found.in_image(step)] == [
        "one",
        "--from=builder /x /x"[len("--from=builder ") :],
        "three",
    ]


def test_mounts():
    found = build(
        "FROM a\nWORKDIR /app\nENV H=/root\nRUN --mount=type=cache,dst=$H/.cache,id=x --mount=source=a,target=b c"
    )
    cache, bind = found.mounts(found.steps[-1])
    assert (cache.kind, cache.target, cache.origin) == ("cache", "/root/.cache", None)
    assert (bind.kind, bind.source, bind.target) == ("bind", "a", "/app/b")
    span = cache.fields["target"].span
    assert found.source.text[span.start : span.end] == "$H/.cache"


CONTEXTS = {
    "its own directory": ("Dockerfile", "COPY a.txt .", {"a_txt": ""}, ""),
    "the one above": ("docker/Dockerfile", "COPY src/a.txt .", {"src__a_txt": ""}, ""),
    "both would do": ("web/Dockerfile", "COPY . .", {"web__main_py": "", "main_py": ""}, "web"),
    "a compose file says it": (
        "docker/Dockerfile",
        "COPY . .",
        {"compose_yaml": "services: { a: { build: { context: ., dockerfile: docker/Dockerfile } } }", "main_py": ""},
        "",
    ),
    "nobody says it": ("docker/Dockerfile", "COPY . .", {"main_py": ""}, None),
    "most of it": ("Dockerfile", "COPY a_txt b_txt c.txt .", {"c_txt": ""}, None),
    "nothing of it": ("Dockerfile", "COPY a.txt .", {"b_txt": ""}, None),
}


@pytest.mark.parametrize(("path", "text", "files", "directory"), CONTEXTS.values(), ids=CONTEXTS)
def test_the_build_context(path: str, text: str, files, directory: str | None):
    project = build(f"FROM x\n{text}", path, **files).project
    assert (project.directory if project else None) == directory


@pytest.mark.parametrize(
    ("reference", "python", "family", "suite"),
    [
        ("python:3.13-slim-trixie", "3.13", "debian", "trixie"),
        ("python:3.12.4-alpine3.20", "3.12.4", "alpine", "alpine3.20"),
        ("docker.io/library/python:3", "3", "debian", None),
        ("mirror.gcr.io/library/python:3.11", "3.11", "debian", None),
        ("ghcr.io/astral-sh/uv:0.9-python3.12-bookworm-slim", "3.12", "debian", "bookworm"),
        ("ghcr.io/astral-sh/uv:0.9", None, None, None),
        ("debian:12-slim", None, "debian", "bookworm"),
        ("ubuntu:22.04", None, "ubuntu", "jammy"),
        ("ubuntu:22.10", None, "ubuntu", None),
        ("alpine:3.20.1", None, "alpine", "alpine3.20"),
        ("registry.example:5000/python:3.11", None, None, None),
        ("python@sha256:00", None, "debian", None),
    ],
)
def test_images(reference: str, python: str | None, family: str | None, suite: str | None):
    found = build(f"FROM {reference}")
    assert found.final is not None
    image = found.base(found.final)
    assert image is not None
    assert (image.python, image.family, image.suite) == (python, family, suite)


COPIED = "FROM x AS a\nRUN a\nFROM x AS b\nRUN b\nFROM a AS c\nCOPY --from=b / /\n"


def test_what_may_get_into_the_image():
    found = build(f"{COPIED}FROM x AS d\nRUN d\nFROM c\nRUN e")
    fed = [step.instruction.body.text for step in found.steps if found.feeds_image(step)]
    assert fed == ["a", "b", "--from=b / /"[9:], "e"]


def test_nobody_knows_what_a_part_gets_into():
    found = build("RUN a")
    assert not found.in_image(found.steps[0])
    assert not found.feeds_image(found.steps[0])


def test_a_service_chooses_a_stage_and_arguments():
    compose = target(
        "services:\n  web:\n    build:\n      target: dev\n      args:\n        BASE: python:3.13\n        X: ${X:-1}\n        Y:\n",
        "compose.yaml",
        {"Dockerfile": "ARG BASE=x\nFROM $BASE AS dev\nARG X=0\nARG Y=0\nCMD a $X $Y\nFROM y\n"},
    )
    root = read_mapping(compose.given.decode())
    found = Compose(Source("compose.yaml", compose.given.decode()), root, "compose.yaml", compose.repository)
    built = found.build(found.services["web"])
    assert built is not None
    assert built.final is not None
    assert built.final.root == "python:3.13"
    assert built.final.after.arguments == {"X": "1", "Y": None}
    start = built.start(built.final)
    assert start is not None
    assert [word.text for word in start.command.words] == ["a", "1", None]


VOLUMES = {
    "- .:/app": (".", "/app", True),
    "- /app/.venv": (None, "/app/.venv", False),
    "- venv:/app/.venv:ro": ("venv", "/app/.venv", False),
    "- ${SRC:-./src}:/app": ("${SRC:-./src}", "/app", False),
    "- {type: bind, source: ./src, target: /app}": ("./src", "/app", True),
    "- {type: tmpfs, target: /tmp}": (None, "/tmp", False),
}


@pytest.mark.parametrize(("text", "expected"), VOLUMES.items(), ids=VOLUMES)
def test_volumes(text: str, expected):
    found = services(read_mapping(f"services:\n  web:\n    volumes:\n      {text}\n"))
    assert [(each.source, each.target, each.bind) for each in found["web"].volumes()] == [expected]


def test_which_texts_are_written_without_quotes():
    found = read_mapping("a: b\nc: 'd'\ne: |\n  f\n")
    assert found is not None
    assert [value.plain for _, value in found.pairs if isinstance(value, Scalar)] == [True, False, False]


def test_the_facts_of_a_directory_are_read_once_for_all_its_files():
    repository = InMemory(
        {"requirements.txt": "flask==3.1.0\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}
    )
    one, other = Project(repository, "", "Dockerfile"), Project(repository, "", "compose.yaml")
    assert one.facts is not None
    assert other.facts is one.facts
    assert Project(Changed(repository, {"app.py": ""}), "", "Dockerfile").facts is not one.facts
