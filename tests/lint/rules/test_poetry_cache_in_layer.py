from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "an install": Fires(
        f"{FROM}RUN poetry install --only main",
        "poetry install",
        f"{FROM}RUN --mount=type=cache,target=/root/.cache/pypoetry poetry install --only main",
    ),
    "a directory of its own": Fires(
        f"{FROM}ENV POETRY_CACHE_DIR=/tmp/c\nRUN pip install --no-cache-dir poetry==2.2.1 && poetry sync --only main",
        "poetry sync",
        f"{FROM}ENV POETRY_CACHE_DIR=/tmp/c\nRUN --mount=type=cache,target=/tmp/c pip install --no-cache-dir poetry==2.2.1 "
        "&& poetry sync --only main",
    ),
}
QUIET = {
    "a mount": f"{FROM}RUN --mount=type=cache,target=/root/.cache/pypoetry poetry install",
    "a mount above": f"{FROM}RUN --mount=type=cache,target=/root/.cache poetry install",
    "removed": f"{FROM}ENV POETRY_CACHE_DIR=/tmp/p\nRUN poetry install && rm -rf /tmp/p",
    "removed by its name": f"{FROM}RUN poetry install && rm -rf $POETRY_CACHE_DIR",
    "cleared": f"{FROM}RUN poetry install && poetry cache clear --all pypi -n",
    "a builder": f"{FROM}RUN poetry install\nFROM python:3.13-slim\nCOPY --from=0 /a /a",
    "an environment of another stage": f"{FROM[:-1]} AS a\nRUN poetry install --no-root\n{FROM}COPY --from=a /v /v\nRUN poetry install",
    "no install": f"{FROM}RUN poetry check",
    "a user whose home is not known": f"{FROM}USER app\nRUN poetry install",
}

test_fires, test_quiet = rule_tests("poetry-cache-in-layer", FIRES, QUIET)
