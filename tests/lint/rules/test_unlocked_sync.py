from tests.lint.cases import Fires, Quiet, rule_tests
from tests.lint.rules.test_stale_lock import FRESH, STALE

FROM = "FROM python:3.13-slim-trixie\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"

FIRES = {
    "a lock": Fires(
        f"{FROM}RUN uv sync \\\n    --no-dev # why",
        "uv sync",
        f"{FROM}RUN uv sync --locked \\\n    --no-dev # why",
        FRESH,
    ),
    "a lock that is stale": Fires(f"{FROM}RUN uv sync", "uv sync", files=STALE),
    "nobody knows": Fires(f"{FROM}RUN uv sync", "uv sync"),
    "no lock": Fires(
        "FROM python:3.13\nCOPY pyproject.toml /app/\nWORKDIR /app\nRUN uv sync",
        "uv sync",
        files=FRESH,
        says="no uv.lock",
    ),
    "a switch that is off": Fires(
        f"{FROM}ENV UV_LOCKED=0\nRUN uv sync", "uv sync", f"{FROM}ENV UV_LOCKED=0\nRUN uv sync --locked", FRESH
    ),
}
QUIET = {
    "locked": Quiet(f"{FROM}RUN uv sync --locked", FRESH),
    "frozen": Quiet(f"{FROM}RUN uv sync --frozen", FRESH),
    "by the environment": Quiet(f"{FROM}ENV UV_LOCKED=1\nRUN uv sync", FRESH),
    "for the command alone": Quiet(f"{FROM}RUN UV_FROZEN=true uv sync", FRESH),
    "an argument": Quiet(f"{FROM}ARG OPTIONS\nRUN uv sync $OPTIONS", FRESH),
    "several in one": Quiet(f'{FROM}ARG OPTIONS="--frozen --no-dev"\nRUN uv sync $OPTIONS', FRESH),
    "a switch that nobody knows": Quiet(f"{FROM}ARG UV_LOCKED\nRUN uv sync", FRESH),
    "a script": Quiet(f"{FROM}RUN uv sync --script a.py", FRESH),
    "upgraded on purpose": Quiet(f"{FROM}RUN uv sync --upgrade", FRESH),
    "nothing at all": Quiet("FROM python:3.13\nRUN uv sync", FRESH),
}

test_fires, test_quiet = rule_tests("unlocked-sync", FIRES, QUIET)
