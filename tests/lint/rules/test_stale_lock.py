import hashlib
import json

import pytest
from tests.lint.cases import Fires, Quiet, checked, rule_tests

PYPROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["flask>=3"]\n'
PACKAGE = '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "flask" }]\n'
METADATA = '[package.metadata]\nrequires-dist = [{ name = "flask", specifier = ">=3" }]\n'
LOCK = f'version = 1\nrequires-python = ">=3.12"\n{PACKAGE}{METADATA}'
FRESH = {"pyproject.toml": PYPROJECT, "uv.lock": LOCK}
STALE = {**FRESH, "pyproject.toml": PYPROJECT.replace("flask>=3", "flask>=4")}
BELOW = {f"backend/{name}": text for name, text in STALE.items()}
FROM = "FROM python:3.13-slim-trixie\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"

OLD = '[tool.poetry]\nname = "shop"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.12"\n'
OF_OLD = {"dependencies": {"python": "^3.12"}, "source": None, "extras": None, "dev-dependencies": None}
NEW = '[project]\nname = "shop"\nrequires-python = ">=3.12"\n'
OF_NEW = {"project": {"requires-python": ">=3.12"}, "tool": {"poetry": {}}}
POETRY = "FROM python:3.13-slim-trixie\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root"


def poetry(declared: str, made_of: object) -> dict[str, str]:
    digest = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    return {"pyproject.toml": declared, "poetry.lock": f'[metadata]\ncontent-hash = "{digest}"\n'}


FIRES = {
    "frozen": Fires(
        f"{FROM}RUN uv sync --frozen", "--frozen", files=STALE, severity="warning", says="(pyproject.toml:5)"
    ),
    "frozen by the environment": Fires(f"{FROM}ENV UV_FROZEN=1\nRUN uv sync", "uv sync", files=STALE),
    "locked": Fires(f"{FROM}RUN uv sync --locked", "uv sync", files=STALE, severity="error"),
    "in a directory": Fires(
        "FROM python:3.13\nCOPY backend/ /app/\nRUN cd /app && uv sync --frozen", "--frozen", files=BELOW
    ),
    "a group": Fires(
        f"{FROM}RUN uv sync --frozen", "--frozen",
        files={**FRESH, "pyproject.toml": f'{PYPROJECT}[dependency-groups]\ndev = ["pytest"]\n'},
    ),
    "Poetry": Fires(POETRY, "poetry install", files=poetry(OLD.replace("3.12", "3.13"), OF_OLD)),
    "Poetry, [project]": Fires(POETRY, "poetry install", files=poetry(NEW, OF_OLD)),
}  # fmt: skip
QUIET = {
    "fresh": Quiet(f"{FROM}RUN uv sync --frozen", FRESH),
    "fresh and locked": Quiet(f"{FROM}RUN uv sync --locked", FRESH),
    "neither": Quiet(f"{FROM}RUN uv sync", STALE),
    "written another way": Quiet(
        f"{FROM}RUN uv sync --frozen", {**FRESH, "pyproject.toml": PYPROJECT.replace("flask>=3", "Flask >= 3")}
    ),
    "a group, locked": Quiet(
        f"{FROM}RUN uv sync --frozen",
        {
            "pyproject.toml": f'{PYPROJECT}[dependency-groups]\ndev = ["pytest"]\n',
            "uv.lock": f'{LOCK}[package.metadata.requires-dev]\ndev = [{{ name = "pytest" }}]\n',
        },
    ),
    "an extra, locked": Quiet(
        f"{FROM}RUN uv sync --frozen",
        {
            "pyproject.toml": f'{PYPROJECT}[project.optional-dependencies]\nweb = ["a"]\n',
            "uv.lock": LOCK.replace(
                "requires-dist = [", 'requires-dist = [{ name = "a", marker = "extra == \'web\'" }, '
            )
            + 'provides-extras = ["web"]\n',
        },
    ),
    "no lock": Quiet(f"{FROM}RUN uv sync --frozen", {"pyproject.toml": PYPROJECT}),
    "another file": Quiet(
        "FROM python:3.13\nCOPY old.toml /app/pyproject.toml\nCOPY uv.lock /app/\nWORKDIR /app\nRUN uv sync --frozen",
        {**STALE, "old.toml": PYPROJECT},
    ),
    "a lock that is made here": Quiet(f"{FROM}RUN uv lock && uv sync --frozen", STALE),
    "another command": Quiet(f"{FROM}RUN uv pip install --system -r a.txt", STALE),
    "no project": f"{FROM}RUN uv sync --frozen",
    "Poetry, fresh": Quiet(POETRY, poetry(OLD, OF_OLD)),
    "Poetry, fresh, [project]": Quiet(POETRY, poetry(NEW, OF_NEW)),
    "Poetry, no digest": Quiet(POETRY, {"pyproject.toml": OLD, "poetry.lock": ""}),
    "Poetry, groups that count or not": Quiet(POETRY, poetry(f"{NEW}[dependency-groups]\ndev = []\n", OF_OLD)),
}

test_fires, test_quiet = rule_tests("stale-lock", FIRES, QUIET)


@pytest.mark.parametrize("change", ["name", "requires-python", "source"])
def test_the_first_glance_is_not_all(change: str):
    declared = {
        "name": PYPROJECT.replace('"shop"', '"store"'),
        "requires-python": PYPROJECT.replace(">=3.12", ">=3.11"),
        "source": f'{PYPROJECT}[tool.uv.sources]\nflask = {{ git = "https://a.example/b" }}\n',
    }[change]
    files = {**FRESH, "pyproject.toml": declared}
    found = checked(f"{FROM}RUN uv sync --frozen", files=files, select=("stale-lock",)).diagnostics
    assert [each.rule for each in found] == ["stale-lock"]
