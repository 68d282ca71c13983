from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\nWORKDIR /app\n"
SET = f"{FROM}ENV VIRTUAL_ENV=/opt/venv\n"
FIX = "ENV UV_PROJECT_ENVIRONMENT=/opt/venv\n"

FIRES = {
    "sync": Fires(
        f"{SET}RUN uv sync --locked\nRUN uv sync\n", "uv sync", f"{SET}{FIX}RUN uv sync --locked\nRUN uv sync\n"
    ),
    "run, with a virtual environment of its own": Fires(
        f"{SET}# all\nRUN python -m venv /opt/venv && uv run a.py\n",
        "uv run",
        f"{SET}{FIX}# all\nRUN python -m venv /opt/venv && uv run a.py\n",
        says="/app/.venv",
    ),
}
QUIET = {
    "the project's": f"{FROM}ENV VIRTUAL_ENV=/app/.venv\nRUN uv sync",
    "that of a directory above": f"{FROM}ENV VIRTUAL_ENV=/app/.venv\nWORKDIR /app/api\nRUN uv sync",
    "told so": f"{SET}RUN uv sync --active",
    "a variable": f"{SET}{FIX}RUN uv sync",
    "uv pip heeds it": f"{SET}RUN uv pip install a",
    "both are on the path": f"{SET}ENV PATH=/app/.venv/bin:$PATH\nRUN uv sync",
    "elsewhere": f"{SET}RUN cd /src && uv sync",
    "a project that is named": f"{SET}RUN uv sync --project /src",
    "no environment": f"{FROM}RUN uv sync",
    "one that nobody knows": f"{FROM}ARG V\nENV VIRTUAL_ENV=$V\nRUN uv sync",
}

test_fires, test_quiet = rule_tests("virtual-env-ignored", FIRES, QUIET)
