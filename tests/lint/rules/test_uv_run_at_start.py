from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\nRUN uv sync --locked --no-dev\n"
GROUP = '[project]\nname = "a"\nversion = "1"\n[dependency-groups]\ndev = ["pytest"]\n'

FIRES = {
    "words": Fires(
        f'{FROM}CMD ["uv", "run", "main.py"]',
        '"uv", "run"',
        f'{FROM}CMD ["uv", "run", "--no-sync", "main.py"]',
        {"pyproject.toml": GROUP},
    ),
    "a shell": Fires(
        f"{FROM}ENV UV_NO_SYNC=0\nENTRYPOINT exec uv run --frozen main.py",
        "uv run",
        f"{FROM}ENV UV_NO_SYNC=0\nENTRYPOINT exec uv run --no-sync --frozen main.py",
    ),
}
QUIET = {
    "told not to": f'{FROM}CMD ["uv", "run", "--no-sync", "main.py"]',
    "a variable": f'{FROM}ENV UV_NO_SYNC=1\nCMD ["uv", "run", "main.py"]',
    "a variable of the command": f"{FROM}CMD UV_NO_SYNC=1 exec uv run main.py",
    "the same is left out": f'{FROM}CMD ["uv", "run", "--no-dev", "main.py"]',
    "a variable that leaves it out": f'{FROM}ENV UV_NO_DEV=1\nCMD ["uv", "run", "main.py"]',
    "nothing is left out": 'FROM python:3.13-slim\nRUN uv sync --locked\nCMD ["uv", "run", "main.py"]',
    "there is nothing to leave out": Quiet(
        f'{FROM}CMD ["uv", "run", "main.py"]', {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n'}
    ),
    "a script": f'{FROM}CMD ["uv", "run", "--script", "main.py"]',
    "the environment's own program": f'{FROM}CMD ["/app/.venv/bin/python", "main.py"]',
    "while it is built": f'{FROM}RUN uv run main.py\nCMD ["python", "main.py"]',
}

test_fires, test_quiet = rule_tests("uv-run-at-start", FIRES, QUIET)
