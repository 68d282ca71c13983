from tests.lint.cases import Fires, rule_tests

VENV = "RUN python -m venv /v && /v/bin/pip install a==1\n"
COPY = "COPY --from=a /v /v\n"
SITE = "/usr/local/lib/python3.12/site-packages"

FIRES = {
    "another minor version": Fires(
        f"FROM python:3.12-slim AS a\n{VENV}FROM python:3.13-slim\n{COPY}", "--from=a", says="by Python 3.12"
    ),
    "musl": Fires(f"FROM python:3.13 AS a\n{VENV}FROM python:3.13-alpine\n{COPY}", "--from=a", says="one with musl"),
    "glibc": Fires(f"FROM python:3.13-alpine AS a\n{VENV}FROM python:3.13\n{COPY}", "--from=a", says="one with glibc"),
    "an argument": Fires(
        f"ARG V=3.12\nFROM python:$V AS a\n{VENV}FROM python:3.13\n{COPY}", "--from=a", says="run by Python 3.13"
    ),
    "uv's image": Fires(
        "FROM ghcr.io/astral-sh/uv:0.9.0-python3.12-bookworm AS a\nWORKDIR /app\nRUN uv sync --locked\n"
        "FROM python:3.13\nCOPY --from=a /app /app",
        "--from=a",
    ),
    "site-packages": Fires(
        f"FROM python:3.12 AS a\nFROM python:3.13\nCOPY --from=a {SITE} {SITE}", "--from=a", says="Python 3.13"
    ),
    "site-packages of no Python here": Fires(
        f"FROM python:3.13 AS a\nFROM python:3.13\nCOPY --from=a /x/ {SITE}/", f"{SITE}/", says="never looks"
    ),
    "no Python at all": Fires(f"FROM python:3.13 AS a\n{VENV}FROM debian:trixie-slim\n{COPY}", "--from=a"),
    "distroless": Fires(
        f"FROM python:3.13 AS a\n{VENV}FROM gcr.io/distroless/python3-debian12\n{COPY}", "--from=a", says="Python 3.11"
    ),
}
QUIET = {
    "one Python": f"FROM python:3.13 AS a\n{VENV}FROM python:3.13-slim\n{COPY}",
    "another patch": f"FROM python:3.13.1 AS a\n{VENV}FROM python:3.13-slim\n{COPY}",
    "one argument": f"ARG V=3.13\nFROM python:$V AS a\n{VENV}FROM python:$V-slim\n{COPY}",
    "an argument that nobody knows": f"ARG V\nFROM python:$V AS a\n{VENV}FROM python:3.13\n{COPY}",
    "an image that nobody knows": f"FROM python:3.13 AS a\n{VENV}FROM team/python\n{COPY}",
    "no minor version": f"FROM python:3 AS a\n{VENV}FROM python:3.13\n{COPY}",
    "Alpine twice": f"FROM python:3.13-alpine AS a\n{VENV}FROM python:3.13-alpine3.22\n{COPY}",
    "another Python is asked for": "FROM python:3.12 AS a\nWORKDIR /app\nENV UV_PYTHON=3.13\nRUN uv sync --locked\n"
    "FROM python:3.13\nCOPY --from=a /app /app",
    "another Python by an option": "FROM python:3.12 AS a\nRUN uv venv --python 3.13 /v\nFROM python:3.13\nCOPY --from=a /v /v",
    "wheels": f"FROM python:3.12 AS a\n{VENV}FROM python:3.13\nCOPY --from=a /wheels /wheels",
    "the right site-packages": f"FROM python:3.12 AS a\nFROM python:3.12-slim\nCOPY --from=a {SITE} {SITE}",
    "site-packages of an image": f"FROM team/python AS a\nFROM python:3.12-slim\nCOPY --from=a {SITE} {SITE}",
    "the whole of it comes along": f"FROM python:3.13 AS a\n{VENV}FROM debian:trixie\n{COPY}COPY --from=a /usr/local /usr/local",
    "it is built there": f"FROM python:3.13 AS a\n{VENV}FROM debian:trixie\nRUN ./build-python.sh\n{COPY}",
    "distroless of the same": f"FROM python:3.11 AS a\n{VENV}FROM gcr.io/distroless/python3-debian12\n{COPY}",
    "distroless without one": f"FROM python:3.11 AS a\n{VENV}FROM gcr.io/distroless/cc-debian12\n{COPY}",
    "the same stage": f"FROM python:3.13 AS a\n{VENV}FROM a\nRUN b",
    "of the context": f"FROM python:3.13\nCOPY {SITE} {SITE}",
}

test_fires, test_quiet = rule_tests("environment-of-another-python", FIRES, QUIET)
