from tests.lint.cases import Fires, Quiet, checked, rule_tests

PROJECT = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\n',
    "uv.lock": 'version = 1\nrequires-python = ">=3.12"\n[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n',
    "main.py": "",
}
FROM = "FROM python:3.11-slim\nCOPY pyproject.toml uv.lock ./\n"

FIRES = {
    "uv": Fires(f"{FROM}RUN uv sync --locked", "python:3.11-slim", files=PROJECT, says=">=3.12 (pyproject.toml:4)"),
    "pip, in a builder": Fires(
        "FROM python:3.11.9 AS build\nCOPY . .\nRUN pip install --no-cache-dir .\nFROM python:3.12",
        "python:3.11.9",
        files=PROJECT,
    ),
}
QUIET = {
    "admitted": Quiet("FROM python:3.12\nCOPY pyproject.toml .\nRUN pip install --no-cache-dir .", PROJECT),
    "a tool": Quiet("FROM python:3.11\nCOPY pyproject.toml .\nRUN pip install --no-cache-dir uv", PROJECT),
    "another Python": Quiet(f"{FROM}ENV UV_PYTHON=3.12\nRUN uv sync --locked", PROJECT),
    "one that uv installs": Quiet(f"{FROM}RUN uv python install 3.12 && uv sync --locked", PROJECT),
    "no project": "FROM python:3.11\nRUN pip install --no-cache-dir -r requirements.txt",
}

test_fires, test_quiet = rule_tests("python-outside-bounds", FIRES, QUIET)


def test_whatever_says_the_range():
    text = "FROM python:3.9\nCOPY . .\nRUN pip install --no-cache-dir ."
    for files in (
        {"pyproject.toml": '[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.11"\n'},
        {"setup.py": "from setuptools import setup\nsetup(name='a', python_requires='>=3.11')\n"},
        {
            "setup.cfg": "[metadata]\nname = a\n[options]\npython_requires = >=3.11\n",
            "setup.py": "import setuptools\nsetuptools.setup()\n",
        },
    ):
        around = {**files, "main.py": ""}
        found = [each.rule for each in checked(text, files=around, select=("python-outside-bounds",)).diagnostics]
        assert found == ["python-outside-bounds"], files
