from tests.lint.cases import Fires, Quiet, rule_tests

FIRES = {
    "no tag": Fires("FROM python\n", "python"),
    "a variant": Fires("FROM python:slim AS a\n", "python:slim"),
    "the project pins one": Fires(
        "FROM --platform=linux/amd64 docker.io/library/python:3-slim\n",
        "docker.io/library/python:3-slim",
        "FROM --platform=linux/amd64 docker.io/library/python:3.12-slim\n",
        {".python-version": "3.12.4\n", "main.py": ""},
    ),
    "an argument": Fires("ARG TAG=latest\nFROM python:${TAG}\n", "python:${TAG}"),
}
QUIET = {
    "a minor version": "FROM python:3.13",
    "a patch": "FROM python:3.13.1-slim",
    "a digest": "FROM python:slim@sha256:00",
    "an argument": "ARG V=3.12\nFROM python:${V}-slim",
    "an argument that nobody knows": "ARG V\nFROM python:${V}-slim",
    "somebody else's": "FROM registry.example/python:latest",
    "a stage": "FROM python:3.13 AS python\nFROM python",
    "another image": Quiet("FROM nginx:latest"),
}

test_fires, test_quiet = rule_tests("floating-python", FIRES, QUIET)
