import pytest
from tests.lint.cases import Fires, Quiet, checked, rule_tests

HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
PYPROJECT = f'[project]\nname = "my-shop"\nversion = "1"\nrequires-python = ">=3.12"\n{HATCH}'
FILES = {"pyproject.toml": PYPROJECT, "uv.lock": "", "src/my_shop/__init__.py": "", "tests/a.py": "", "main.py": ""}
FROM = "FROM python:3.13-slim-trixie\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"
POETRY = (
    "FROM python:3.13-slim-trixie\nRUN pip install --no-cache-dir poetry==2.1.4\nWORKDIR /app\nCOPY pyproject.toml ./\n"
)

FIRES = {
    "uv": Fires(
        f"{FROM}RUN uv sync --frozen --no-dev\nCOPY . .\nRUN uv sync --frozen",
        "uv sync",
        f"{FROM}RUN uv sync --no-install-project --frozen --no-dev\nCOPY . .\nRUN uv sync --frozen",
        FILES,
    ),
    "another of its files": Fires(
        f"{FROM}COPY main.py ./\nRUN uv sync --frozen",
        "uv sync",
        f"{FROM}COPY main.py ./\nRUN uv sync --no-install-project --frozen",
        FILES,
    ),
    "Poetry": Fires(
        f"{POETRY}RUN poetry install --only main",
        "poetry install",
        f"{POETRY}RUN poetry install --no-root --only main",
        {
            "pyproject.toml": '[tool.poetry]\nname = "my-shop"\nversion = "1"\n',
            "my_shop/__init__.py": "",
        },
    ),
    "pip": Fires(f"{FROM}RUN pip install .\nCOPY . .", "pip install", files=FILES),
    "editable": Fires(f"{FROM}RUN uv pip install --system -e '.[web]'\nCOPY . .", "uv pip install", files=FILES),
    "in a directory": Fires(
        "FROM python:3.13\nCOPY web/pyproject.toml web/uv.lock /app/\nWORKDIR /app/sub\nRUN uv sync --frozen",
        "uv sync",
        "FROM python:3.13\nCOPY web/pyproject.toml web/uv.lock /app/\nWORKDIR /app/sub\nRUN uv sync --no-install-project --frozen",
        {f"web/{name}": text for name, text in FILES.items()},
    ),
}
SETUPTOOLS = {**FILES, "pyproject.toml": PYPROJECT.replace("hatchling.build", "setuptools.build_meta")}
QUIET = {
    "left out": Quiet(f"{FROM}RUN uv sync --frozen --no-install-project\nCOPY . .", FILES),
    "left out by the environment": Quiet(f"{FROM}ENV UV_NO_INSTALL_PROJECT=1\nRUN uv sync --frozen\nCOPY . .", FILES),
    "copied before": Quiet(f"{FROM}COPY src src\nRUN uv sync --frozen", FILES),
    "all is copied": Quiet("FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen", FILES),
    "mounted": Quiet(f"{FROM}RUN --mount=type=bind,source=src,target=src uv sync --frozen", FILES),
    "from a stage": Quiet(f"{FROM}COPY --from=x /src ./src\nRUN uv sync --frozen", FILES),
    "a program": Quiet(f"{FROM}RUN ./generate\nRUN uv sync --frozen", FILES),
    "no package": Quiet(f"{FROM}RUN uv sync --frozen", {**FILES, "pyproject.toml": PYPROJECT.replace(HATCH, "")}),
    "no package, as it says": Quiet(
        f"{FROM}RUN uv sync --frozen", {**FILES, "pyproject.toml": f"{PYPROJECT}[tool.uv]\npackage = false\n"}
    ),
    "setuptools": Quiet(f"{FROM}RUN uv sync --frozen\nCOPY . .", SETUPTOOLS),
    "a selection of Hatch's": Quiet(
        f"{FROM}RUN uv sync --frozen",
        {**FILES, "pyproject.toml": f"{PYPROJECT}[tool.hatch.build.targets.wheel]\nbypass-selection = true\n"},
    ),
    "an older Poetry": Quiet(f"{POETRY.replace('2.1.4', '1.8.5')}RUN poetry install", FILES),
    "Poetry, dependencies alone": Quiet(f"{POETRY}RUN poetry install --no-root", FILES),
    "Poetry, no package": Quiet(
        f"{POETRY}RUN poetry install", {**FILES, "pyproject.toml": "[tool.poetry]\npackage-mode = false\n"}
    ),
    "no modules": Quiet(f"{FROM}RUN uv sync --frozen", {"pyproject.toml": PYPROJECT, "uv.lock": ""}),
    "no context": Quiet(f"{FROM}RUN uv sync --frozen"),
    "another project": Quiet(f"{FROM}RUN pip install /x ./y", FILES),
}

test_fires, test_quiet = rule_tests("install-before-source", FIRES, QUIET)


@pytest.mark.parametrize(("later", "safe"), [("RUN uv sync --frozen", True), ("RUN a", False)])
def test_what_installs_nothing_any_more_is_not_safe(later: str, safe: bool):
    (found,) = checked(
        f"{FROM}RUN uv sync --frozen\nCOPY . .\n{later}", files=FILES, select=("install-before-source",)
    ).diagnostics
    assert found.fix is not None
    assert found.fix.safe is safe
