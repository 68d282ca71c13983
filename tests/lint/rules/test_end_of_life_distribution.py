from tests.lint.cases import Fires, rule_tests

FIRES = {
    "of a Python image": Fires("FROM python:3.12-slim-bullseye", "python:3.12-slim-bullseye", says="Debian 11"),
    "by its number": Fires("FROM ubuntu:20.04 AS a\nFROM a\n", "ubuntu:20.04", says="since 2025-05"),
    "Alpine": Fires("ARG V=3.14\nFROM alpine:$V", "alpine:$V", says="Alpine 3.14"),
    "of another stage": Fires("FROM debian:10 AS a\nFROM python:3.13-slim-trixie\n", "debian:10", severity="info"),
    "of uv's image": Fires(
        "FROM ghcr.io/astral-sh/uv:python3.12-alpine3.20", "ghcr.io/astral-sh/uv:python3.12-alpine3.20"
    ),
}
QUIET = {
    "one with support": "FROM python:3.12-slim-bookworm",
    "a release that nobody names": "FROM python:3.12-slim",
    "Alpine with support": "FROM python:3.12-alpine3.22",
    "the newest Alpine": "FROM alpine",
    "Ubuntu with support": "FROM ubuntu:22.04",
    "an argument without a value": "ARG V\nFROM debian:$V",
    "the newest Debian": "FROM debian:stable-slim",
    "nothing at all": "FROM scratch",
    "another image": "FROM registry.example/debian-like:buster",
    "a stage of that name": "FROM python:3.12 AS buster\nFROM buster",
}

test_fires, test_quiet = rule_tests("end-of-life-distribution", FIRES, QUIET)
