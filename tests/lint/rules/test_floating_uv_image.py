from tests.lint.cases import Fires, Quiet, rule_tests

from pottle.lint.knowledge.bases import UV

FROM = "FROM python:3.13-slim-trixie\n"

FIRES = {
    "copied": Fires(
        f"{FROM}COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/",
        "ghcr.io/astral-sh/uv:latest",
        f"{FROM}COPY --from=ghcr.io/astral-sh/uv:{UV} /uv /bin/",
    ),
    "mounted": Fires(
        f"{FROM}RUN --mount=from=ghcr.io/astral-sh/uv,source=/uv,target=/bin/uv uv sync --locked",
        "ghcr.io/astral-sh/uv",
        f"{FROM}RUN --mount=from=ghcr.io/astral-sh/uv:{UV},source=/uv,target=/bin/uv uv sync --locked",
    ),
    "a base": Fires(
        "FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim AS a\n",
        "ghcr.io/astral-sh/uv:python3.13-bookworm-slim",
        "FROM ghcr.io/astral-sh/uv:0.9.1-python3.13-bookworm-slim AS a\n",
        {"pyproject.toml": '[tool.uv]\nrequired-version = "==0.9.1"\n'},
    ),
    "a range": Fires(
        f"{FROM}COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/",
        "ghcr.io/astral-sh/uv:latest",
        files={"pyproject.toml": '[tool.uv]\nrequired-version = ">=0.9.1"\n'},
    ),
    "an argument": Fires(
        f"ARG V=latest\nFROM ghcr.io/astral-sh/uv:$V AS uv\n{FROM}COPY --from=uv /uv /bin/", "ghcr.io/astral-sh/uv:$V"
    ),
}
QUIET = {
    "a version": f"{FROM}COPY --from=ghcr.io/astral-sh/uv:0.9.1 /uv /bin/",
    "a minor version": f"{FROM}COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/",
    "a version and a Python": "FROM ghcr.io/astral-sh/uv:0.9.1-python3.13-alpine",
    "a digest": f"{FROM}COPY --from=ghcr.io/astral-sh/uv:latest@sha256:00 /uv /bin/",
    "an argument that nobody knows": f"ARG V\nFROM ghcr.io/astral-sh/uv:$V AS uv\n{FROM}COPY --from=uv /uv /bin/",
    "a stage that is called so": f"FROM x AS ghcr.io/astral-sh/uv\n{FROM}COPY --from=ghcr.io/astral-sh/uv /uv /bin/",
    "another image": f"{FROM}COPY --from=registry.example/uv:latest /uv /bin/",
    "the context": f"{FROM}COPY uv /bin/",
    "no image": f"{FROM}RUN --mount=type=cache,target=/root/.cache uv sync --locked",
    "none": Quiet(FROM),
}

test_fires, test_quiet = rule_tests("floating-uv-image", FIRES, QUIET)
