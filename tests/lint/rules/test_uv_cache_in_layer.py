from tests.lint.cases import Fires, rule_tests

FROM = "FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim\n"
COPY = f"{FROM}ENV UV_LINK_MODE=copy\n"

FIRES = {
    "a variable": Fires(
        f"{COPY}RUN uv sync --locked",
        "uv sync",
        f"{COPY}RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked",
    ),
    "an option": Fires(
        f"{FROM}RUN uv pip install --system --link-mode=copy a",
        "uv pip install",
        f"{FROM}RUN --mount=type=cache,target=/root/.cache/uv uv pip install --system --link-mode=copy a",
    ),
    "a user whose home is not known": Fires(f"{COPY}USER app\nRUN uv sync --locked", "uv sync"),
    "a directory of its own": Fires(
        f"{COPY}ENV UV_CACHE_DIR=/c\nRUN uv sync --locked",
        "uv sync",
        f"{COPY}ENV UV_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c uv sync --locked",
    ),
}
QUIET = {
    "links": f"{FROM}RUN uv sync --locked",
    "a mount": f"{COPY}RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked",
    "a mount that may be it": f"{COPY}USER app\nRUN --mount=type=cache,target=/home/app/.cache/uv,uid=1 uv sync --locked",
    "no cache": f"{COPY}RUN uv sync --locked --no-cache",
    "a variable that switches it off": f"{COPY}ENV UV_NO_CACHE=1\nRUN uv sync --locked",
    "removed": f"{COPY}RUN uv sync --locked && uv cache clean",
    "removed by hand": f"{COPY}RUN uv sync --locked && rm -rf /root/.cache",
    "a builder": f"{COPY}RUN uv sync --locked\nFROM python:3.13-slim\nCOPY --from=0 /a /a",
    "no install": f"{COPY}RUN uv lock --check",
}

test_fires, test_quiet = rule_tests("uv-cache-in-layer", FIRES, QUIET)
