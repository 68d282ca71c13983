from tests.lint.cases import Fires, rule_tests

FIRES = {
    "of Python": Fires(
        "FROM --platform=linux/amd64 docker.io/library/python:3.12-slim AS a\n",
        "docker.io/library/python:3.12-slim",
        "FROM --platform=linux/amd64 docker.io/library/python:3.12-slim-trixie AS a\n",
        severity="info",
    ),
    "where a package of one release is installed": Fires(
        "FROM python:3.13 AS a\nFROM a\nRUN apt-get update && apt-get install -y x libssl1.1",
        "python:3.13",
        "FROM python:3.13-trixie AS a\nFROM a\nRUN apt-get update && apt-get install -y x libssl1.1",
        severity="warning",
        says="Debian",
    ),
    "where others are": Fires(
        "FROM python:3.13\nRUN apt-get update && apt-get install -y libpq5 libgl1",
        "python:3.13",
        "FROM python:3.13-trixie\nRUN apt-get update && apt-get install -y libpq5 libgl1",
        severity="info",
    ),
    "a pin": Fires("FROM python:3.7\nRUN apt-get install -y git=1:2.47.2-1", "python:3.7", severity="warning"),
    "an argument": Fires("ARG V=3.12\nFROM python:${V}-slim", "python:${V}-slim"),
    "an old Python": Fires("FROM python:3.8-slim", "python:3.8-slim"),
    "Alpine": Fires(
        "FROM python:3.13-alpine AS a\nFROM a\nRUN apk add --no-cache git=2.49.1-r0",
        "python:3.13-alpine",
        says="Alpine",
    ),
    "Debian": Fires("FROM debian:stable-slim", "debian:stable-slim"),
}
QUIET = {
    "a suite": "FROM python:3.13-slim-bookworm",
    "the suite alone": "FROM python:3.13-trixie",
    "a release of Alpine": "FROM python:3.13-alpine3.22",
    "Alpine without pins": "FROM python:3.13-alpine\nRUN apk add --no-cache git",
    "a patch": "FROM python:3.13.1-slim",
    "a digest": "FROM python:3.13-slim@sha256:00",
    "Debian's number": "FROM debian:12-slim",
    "Ubuntu's number": "FROM ubuntu:24.04",
    "somebody else's": "FROM registry.example/team/python:3.13-slim",
    "a stage": "FROM python:3.13-slim-trixie AS a\nFROM a",
    "unknown": "ARG V\nFROM python:$V",
    "Windows": "FROM python:3.13-windowsservercore",
    "a suite, and a package of it": "FROM debian:trixie-slim\nRUN apt-get update && apt-get install -y gcc-14",
    "a patch, and a pin": "FROM python:3.13.1\nRUN apt-get install -y git=1:2.47.2-1",
    "Alpine's own versions": "FROM alpine\nRUN apk add --no-cache postgresql17-client",
    "another image": "FROM nginx:latest",
}

test_fires, test_quiet = rule_tests("floating-suite", FIRES, QUIET)
