from tests.lint.cases import Fires, Quiet, rule_tests

UV = "FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim AS b\n"
CMD = '\nCMD ["a"]'
END = f"\nFROM python:3.13-slim\nCOPY --from=b /v /v{CMD}"
SET = "ENV UV_COMPILE_BYTECODE=1\n"

FIRES = {
    "uv": Fires(f"{UV}RUN uv sync --locked{CMD}", "uv sync", f"{UV}{SET}RUN uv sync --locked{CMD}", severity="info"),
    "the first of two, in a builder": Fires(
        f"{UV}RUN uv pip install --system -r a\nRUN uv sync --locked{END}",
        "uv pip install",
        f"{UV}{SET}RUN uv pip install --system -r a\nRUN uv sync --locked{END}",
    ),
    "nothing is ever written": Fires(
        f"{UV}RUN uv sync --locked\nENV PYTHONDONTWRITEBYTECODE=1{CMD}",
        "uv sync",
        f"{UV}{SET}RUN uv sync --locked\nENV PYTHONDONTWRITEBYTECODE=1{CMD}",
        severity="warning",
    ),
    "Poetry": Fires(
        f"{UV}RUN poetry install --only main{END}",
        "poetry install",
        f"{UV}RUN poetry install --compile --only main{END}",
    ),
}
QUIET = {
    "set": f"{UV}{SET}RUN uv sync --locked{CMD}",
    "an option": f"{UV}RUN uv sync --compile-bytecode{CMD}",
    "options that a variable holds": f'{UV}ARG OPTIONS="--compile-bytecode"\nRUN uv sync ${{OPTIONS}}{CMD}',
    "declined": f"{UV}RUN uv sync --no-compile-bytecode{CMD}",
    "in the project": Quiet(
        f"{UV}COPY pyproject.toml .\nRUN uv sync{CMD}", {"pyproject.toml": "[tool.uv]\ncompile-bytecode = true"}
    ),
    "compileall": f"{UV}RUN uv sync && python -m compileall /app{CMD}",
    "pip compiles": f"FROM python:3.13-slim\nRUN pip install a{CMD}",
    "not in the image": f"{UV}RUN uv sync\nFROM python:3.13-slim{CMD}",
    "nothing is started": f"{UV}RUN uv sync",
    "an image for development": Quiet(f"{UV}RUN uv sync{CMD}", path="dev.Dockerfile"),
    "a Poetry that compiles": f"{UV}RUN pip install poetry==1.3.2 && poetry install --only main{CMD}",
    "Poetry, said": f"{UV}RUN poetry install --compile{CMD}",
}

test_fires, test_quiet = rule_tests("compiled-at-every-start", FIRES, QUIET)
