from tests.lint.cases import Fires, rule_tests

SLIM = "FROM python:3.13-slim-trixie\n"
ADD = 'adduser --disabled-password --gecos "" app'

FIRES = {
    "a suite": Fires(f"{SLIM}RUN mkdir /app && {ADD} && chown app /app", ADD, severity="error", says="no adduser"),
    "what a tag stands on today": Fires(f"FROM python:3.12-slim\nRUN {ADD}", ADD),
    "a group": Fires(
        f"FROM debian:13-slim\nRUN addgroup --system app && {ADD}", "addgroup --system app", says="no addgroup"
    ),
    "in the stage below": Fires(f"{SLIM[:-1]} AS a\nRUN pip install x==1\nFROM a\nCOPY . /app\nRUN {ADD}", ADD),
}
QUIET = {
    "Debian 12": f"FROM python:3.13-slim-bookworm\nRUN {ADD}",
    "a large image": f"FROM python:3.13-trixie\nRUN {ADD}",
    "Alpine": "FROM python:3.13-alpine\nRUN adduser -D app",
    "Ubuntu": f"FROM ubuntu:24.04\nRUN {ADD}",
    "a patch of long ago": f"FROM python:3.12.4-slim\nRUN {ADD}",
    "a digest": f"FROM python:3.13-slim-trixie@sha256:00\nRUN {ADD}",
    "an old Python": f"FROM python:3.8-slim\nRUN {ADD}",
    "another image": f"FROM registry.example/base\nRUN {ADD}",
    "installed": f"{SLIM}RUN apt-get update && apt-get install -y adduser && {ADD}",
    "a package that may bring it": f"{SLIM}RUN apt-get update && apt-get install -y postgresql\nRUN {ADD}",
    "a script that may": f"{SLIM}COPY setup.sh /\nRUN /setup.sh && {ADD}",
    "the build goes on": f"{SLIM}RUN {ADD} || true",
    "a condition": f"{SLIM}RUN if [ -x /usr/sbin/adduser ]; then {ADD}; fi",
    "a copy of everything": f"{SLIM}COPY --from=b / /\nRUN {ADD}",
    "useradd": f"{SLIM}RUN useradd --create-home app",
}

test_fires, test_quiet = rule_tests("missing-adduser", FIRES, QUIET)
