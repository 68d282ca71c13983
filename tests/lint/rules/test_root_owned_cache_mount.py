from tests.lint.cases import Fires, rule_tests

UV = "FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim\n"
PIP = "FROM python:3.13-slim\n"
HOME = "--mount=type=cache,target=/home/app/.cache"

FIRES = {
    "a number": Fires(
        f"{UV}ENV UV_CACHE_DIR=/c UV_LINK_MODE=copy\nUSER 1000:1000\nRUN --mount=type=cache,target=/c uv sync --locked",
        "--mount=type=cache,target=/c",
        f"{UV}ENV UV_CACHE_DIR=/c UV_LINK_MODE=copy\nUSER 1000:1000\nRUN --mount=type=cache,target=/c,uid=1000 uv sync --locked",
        severity="error",
    ),
    "a name with a number": Fires(
        f"{PIP}RUN useradd -m --uid 1001 app\nUSER app\nRUN {HOME}/pip pip install a",
        f"{HOME}/pip",
        f"{PIP}RUN useradd -m --uid 1001 app\nUSER app\nRUN {HOME}/pip,uid=1001 pip install a",
        severity="warning",
    ),
    "a name": Fires(f"{PIP}USER app\nRUN {HOME} poetry install", HOME),
}
QUIET = {
    "root": f"{UV}RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked",
    "its user": f"{PIP}USER app\nRUN {HOME}/pip,uid=1000 pip install a",
    "everybody": f"{PIP}USER app\nRUN {HOME}/pip,mode=0777 pip install a",
    "another user than the last": f"{PIP}USER app\nUSER root\nRUN --mount=type=cache,target=/root/.cache/pip pip install a",
    "sudo": f"{PIP}USER app\nRUN {HOME}/pip sudo pip install a",
    "one in which another user's cache is not": f"{UV}USER app\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked",
    "no mount": f"{PIP}USER app\nRUN pip install a",
    "a user that an argument names": f"{PIP}ARG U\nUSER $U\nRUN {HOME}/pip pip install a",
}

test_fires, test_quiet = rule_tests("root-owned-cache-mount", FIRES, QUIET)
