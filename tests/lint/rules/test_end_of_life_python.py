from tests.lint.cases import Fires, rule_tests

FIRES = {
    "an old one": Fires("FROM python:3.8.0-alpine\n", "python:3.8.0-alpine", says="2024-10"),
    "of uv's image": Fires(
        "FROM ghcr.io/astral-sh/uv:python3.9-bookworm-slim\n", "ghcr.io/astral-sh/uv:python3.9-bookworm-slim"
    ),
}
QUIET = {
    "one that lives": "FROM python:3.13",
    "one that nobody knows yet": "FROM python:3.19",
    "no minor version": "FROM python:3",
    "another image": "FROM registry.example/python:3.8",
}

test_fires, test_quiet = rule_tests("end-of-life-python", FIRES, QUIET)
