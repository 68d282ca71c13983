from tests.lint.cases import Fires, rule_tests

INSTALL = "RUN apt-get update && apt-get install -y libpq5\n"

FIRES = {
    "named": Fires(f"FROM python:3.9-slim-buster\n{INSTALL}", "apt-get update", says="Debian buster"),
    "remembered": Fires(f"FROM python:3.8.0 AS build\n{INSTALL}FROM build\n{INSTALL}", "apt-get update"),
    "a number": Fires(f"FROM debian:10-slim\n{INSTALL}", "apt-get update"),
    "Ubuntu": Fires(f"FROM ubuntu:23.10\n{INSTALL}", "apt-get update", says="Ubuntu 23.10"),
}
QUIET = {
    "one that is there": f"FROM debian:11\n{INSTALL}",
    "Ubuntu with long support": f"FROM ubuntu:18.04\n{INSTALL}",
    "the archive": f"FROM debian:10\nRUN sed -i s,mirror.example,archive.example, /etc/apt/sources.list && apt-get update\n{INSTALL}",
    "sources that are copied": f"FROM debian:10\nCOPY a.list /etc/apt/sources.list.d/\n{INSTALL}",
    "sources that are written": f"FROM debian:10\nRUN echo deb > /etc/apt/sources.list.d/a\n{INSTALL}",
    "nothing is installed": "FROM python:3.8.0\nRUN pip install --no-cache-dir x",
    "a later patch": f"FROM python:3.8.20\n{INSTALL}",
    "a minor version alone": f"FROM python:3.8\n{INSTALL}",
    "Alpine": "FROM python:3.8.0-alpine\nRUN apk add x",
    "it may fail": "FROM debian:10\nRUN apt-get update || true",
}

test_fires, test_quiet = rule_tests("archived-suite", FIRES, QUIET)
