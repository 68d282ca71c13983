from tests.lint.cases import Fires, Quiet, rule_tests

UV = "FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim AS b\nCOPY pyproject.toml .\n"
DEV = {"pyproject.toml": '[project]\nname = "a"\n[dependency-groups]\ndev = ["pytest"]\n'}
END = "\nFROM python:3.13-slim\nCOPY --from=b /v /v"
POETRY = {"pyproject.toml": '[tool.poetry]\nname = "a"\n[tool.poetry.group.test.dependencies]\npytest = "*"\n'}
OPTIONAL = {
    "pyproject.toml": '[tool.poetry.group.test]\noptional = true\n[tool.poetry.group.test.dependencies]\npytest = "*"\n'
}

FIRES = {
    "uv": Fires(f"{UV}RUN uv sync --locked", "uv sync", f"{UV}RUN uv sync --no-dev --locked", DEV, says="`dev`"),
    "a builder that is copied from": Fires(f"{UV}RUN uv sync{END}", "uv sync", f"{UV}RUN uv sync --no-dev{END}", DEV),
    "uv's older table": Fires(
        f"{UV}RUN uv sync",
        "uv sync",
        f"{UV}RUN uv sync --no-dev",
        {"pyproject.toml": '[tool.uv]\ndev-dependencies = ["black"]'},
    ),
    "Poetry": Fires(
        f"{UV}RUN poetry install", "poetry install", f"{UV}RUN poetry install --only=main", POETRY, says="`test`"
    ),
    "PDM": Fires(f"{UV}RUN pdm sync", "pdm sync", f"{UV}RUN pdm sync --prod", DEV),
}
QUIET = {
    "left out": Quiet(f"{UV}RUN uv sync --locked --no-dev", DEV),
    "a variable": Quiet(f"{UV}ENV UV_NO_DEV=1\nRUN uv sync", DEV),
    "a group is named": Quiet(f"{UV}RUN uv sync --group dev", DEV),
    "options that an argument holds": Quiet(f'{UV}ARG OPTIONS="--locked --no-dev"\nRUN uv sync $OPTIONS', DEV),
    "no group": Quiet(f"{UV}RUN uv sync", {"pyproject.toml": '[project]\nname = "a"'}),
    "an empty group": Quiet(f"{UV}RUN uv sync", {"pyproject.toml": "[dependency-groups]\ndev = []"}),
    "another group": Quiet(f"{UV}RUN uv sync", {"pyproject.toml": '[dependency-groups]\nci = ["a"]'}),
    "none by default": Quiet(
        f"{UV}RUN uv sync", {"pyproject.toml": '[dependency-groups]\ndev = ["a"]\n[tool.uv]\ndefault-groups = []'}
    ),
    "an image for development": Quiet(f"{UV}RUN uv sync", DEV, "Dockerfile.dev"),
    "a stage for development": Quiet(f"{UV}RUN uv sync\nFROM b AS development", DEV),
    "it reloads": Quiet(f'{UV}RUN uv sync\nCMD ["uvicorn", "a:b", "--reload"]', DEV),
    "not in the image": Quiet(f"{UV}RUN uv sync\nFROM python:3.13-slim", DEV),
    "removed later": Quiet(f"{UV}RUN uv sync && pytest\nRUN uv sync --no-dev{END}", DEV),
    "Poetry, said": Quiet(f"{UV}RUN poetry install --without test", POETRY),
    "Poetry, optional": Quiet(f"{UV}RUN poetry install", OPTIONAL),
    "pip": Quiet(f"{UV}RUN pip install .", DEV),
}

test_fires, test_quiet = rule_tests("development-dependencies", FIRES, QUIET)
