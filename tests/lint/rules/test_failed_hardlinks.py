from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim\n"
MOUNT = "--mount=type=cache,target=/root/.cache/uv"

FIRES = {
    "a mount": Fires(
        f"{FROM}RUN {MOUNT} uv sync --locked", MOUNT, f"{FROM}ENV UV_LINK_MODE=copy\nRUN {MOUNT} uv sync --locked"
    ),
    "the first of two, and of the stage on it": Fires(
        f"{FROM[:-1]} AS a\nRUN {MOUNT} uv sync --locked\nRUN --mount=type=cache,target=/root/.cache uv pip install x\nFROM a\n"
        "RUN --mount=type=cache,target=/root/.cache uv pip install y",
        MOUNT,
        f"{FROM[:-1]} AS a\nENV UV_LINK_MODE=copy\nRUN {MOUNT} uv sync --locked\n"
        "RUN --mount=type=cache,target=/root/.cache uv pip install x\nFROM a\n"
        "RUN --mount=type=cache,target=/root/.cache uv pip install y",
    ),
}
QUIET = {
    "set": f"{FROM}ENV UV_LINK_MODE=symlink\nRUN {MOUNT} uv sync --locked",
    "exported for the same command": f"{FROM}RUN {MOUNT} export UV_LINK_MODE=copy UV_NO_DEV=1 && uv sync --locked",
    "an option": f"{FROM}RUN {MOUNT} uv sync --locked --link-mode copy",
    "of the command": f"{FROM}RUN {MOUNT} UV_LINK_MODE=copy uv sync --locked",
    "in the project": Quiet(
        f"{FROM}COPY pyproject.toml .\nRUN {MOUNT} uv sync --locked",
        {"pyproject.toml": '[tool.uv]\nlink-mode = "copy"'},
    ),
    "exported": f"{FROM}RUN {MOUNT} export UV_LINK_MODE=copy && uv sync --locked",
    "no mount": f"{FROM}RUN uv sync --locked",
    "a mount of something else": f"{FROM}RUN --mount=type=cache,target=/root/.cache/pip uv sync --locked",
}

test_fires, test_quiet = rule_tests("failed-hardlinks", FIRES, QUIET)
