from tests.lint.cases import Fires, rule_tests

UV = "FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim\n"
PIP = "FROM python:3.13-slim\n"
ROOT = "--mount=type=cache,target=/root/.cache"

FIRES = {
    "another directory": Fires(
        f"{UV}ENV UV_CACHE_DIR=/c\nRUN {ROOT}/uv,sharing=locked uv sync --locked",
        f"{ROOT}/uv,sharing=locked",
        f"{UV}ENV UV_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c,sharing=locked uv sync --link-mode=copy --locked",
    ),
    "another home": Fires(
        f"{PIP}ENV HOME=/home/app\nRUN {ROOT} pip install -r r.txt",
        ROOT,
        f"{PIP}ENV HOME=/home/app\nRUN --mount=type=cache,target=/home/app/.cache/pip pip install -r r.txt",
    ),
    "another user": Fires(f"{PIP}USER app\nRUN {ROOT}/pip pip install -r r.txt", f"{ROOT}/pip", says="home of `app`"),
    "an option": Fires(
        f"{PIP}RUN {ROOT}/pip pip --cache-dir /c install a && pip --cache-dir /c install b",
        f"{ROOT}/pip",
        f"{PIP}RUN --mount=type=cache,target=/c pip --cache-dir /c install a && pip --cache-dir /c install b",
    ),
}
QUIET = {
    "root's": f"{UV}RUN {ROOT}/uv uv sync --locked",
    "all caches": f"{UV}RUN {ROOT} uv sync --locked",
    "where the variable says": f"{UV}ENV UV_CACHE_DIR=/root/.cache/uv\nRUN {ROOT}/uv uv sync --locked",
    "another mount holds it": f"{UV}ENV UV_CACHE_DIR=/c\nRUN {ROOT}/uv --mount=type=cache,target=/c uv sync --locked",
    "a directory that an argument names": f"{UV}ARG C\nENV UV_CACHE_DIR=$C\nRUN {ROOT}/uv uv sync --locked",
    "root by number": f"{UV}USER 0\nRUN {ROOT}/uv uv sync --locked",
    "the user's own": f"{PIP}USER app\nRUN --mount=type=cache,target=/home/app/.cache/pip pip install a",
    "another installer's": f"{UV}ENV UV_CACHE_DIR=/c\nRUN {ROOT}/pip uv sync --locked",
    "no installer": f"{PIP}USER app\nRUN {ROOT}/pip make install",
}

test_fires, test_quiet = rule_tests("missed-cache-mount", FIRES, QUIET)
