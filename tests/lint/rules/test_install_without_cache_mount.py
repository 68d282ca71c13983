from tests.lint.cases import Fires, rule_tests

UV = "FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim AS b\n"
PIP = "FROM python:3.13-slim AS b\n"
END = "\nFROM python:3.13-slim\nCOPY --from=b /v /v"
CACHE = "--mount=type=cache,target=/root/.cache"

FIRES = {
    "uv": Fires(f"{UV}RUN uv sync --locked", "uv sync", f"{UV}RUN {CACHE}/uv uv sync --link-mode=copy --locked"),
    "uv that copies, in a builder": Fires(
        f"{UV}ENV UV_LINK_MODE=copy\nRUN uv pip sync --system r.txt{END}",
        "uv pip sync",
        f"{UV}ENV UV_LINK_MODE=copy\nRUN {CACHE}/uv uv pip sync --system r.txt{END}",
    ),
    "pip in a builder": Fires(
        f"{PIP}RUN --network=default pip install -r r.txt{END}",
        "pip install",
        f"{PIP}RUN {CACHE}/pip --network=default pip install -r r.txt{END}",
    ),
    "Poetry in a builder": Fires(
        f"{PIP}RUN poetry install --only main{END}",
        "poetry install",
        f"{PIP}RUN {CACHE}/pypoetry poetry install --only main{END}",
    ),
}
QUIET = {
    "a mount": f"{UV}RUN {CACHE}/uv uv sync --locked",
    "switched off": f"{PIP}RUN pip install --no-cache-dir -r r.txt{END}",
    "uv's, switched off": f"{UV}RUN uv sync --locked --no-cache",
    "pip in the image": f"{PIP}RUN pip install -r r.txt",
    "Poetry in the image": f"{PIP}RUN poetry install",
    "an installer": f"{PIP}RUN pip install uv==0.9.0 && python -m pip install -U pip setuptools{END}",
    "wheels that lie there": f"{PIP}RUN pip install --no-index -r r.txt && pip install /w/*{END}",
    "a user whose home is not known": f"{UV}USER app\nRUN uv sync --locked",
    "the project itself": f"{UV}RUN uv pip install . && uv pip install --no-deps -e ./lib",
    "no install": f"{UV}RUN uv lock --check",
}

test_fires, test_quiet = rule_tests("install-without-cache-mount", FIRES, QUIET)
