from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\nRUN pip install --no-cache-dir "

FIRES = {
    "pinned": Fires(
        f"{FROM}poetry==2.1.4\nRUN poetry install --no-dev # why", "--no-dev",
        f"{FROM}poetry==2.1.4\nRUN poetry install --only main # why",
    ),
    "whatever is the newest": Fires(
        f"{FROM}poetry\nRUN poetry config virtualenvs.create false \\\n    && poetry lock --no-update",
        "--no-update",
        f"{FROM}poetry\nRUN poetry config virtualenvs.create false \\\n    && poetry lock",
        says="no version is pinned",
    ),
    "by its installer": Fires(
        "FROM python:3.13-slim\nRUN curl -sSL https://install.python-poetry.org | python3 -\nRUN poetry install --remove-untracked",
        "--remove-untracked",
        "FROM python:3.13-slim\nRUN curl -sSL https://install.python-poetry.org | python3 -\nRUN poetry install --sync",
    ),
}  # fmt: skip
CURL = "FROM python:3.13-slim\nRUN curl -sSL https://install.python-poetry.org | "
QUIET = {
    "an older one": f"{FROM}poetry==1.8.5\nRUN poetry install --no-dev",
    "an older one, as a range": f"{FROM}'poetry<2'\nRUN poetry install --no-dev",
    "a compatible one": f"{FROM}poetry~=1.8\nRUN poetry install --no-dev",
    "an older one by its installer": f"{CURL}POETRY_VERSION=1.8.3 python3 -\nRUN poetry install --no-dev",
    "an older one by the environment": "FROM python:3.13-slim\nENV POETRY_VERSION=1.7.1\n"
    "RUN curl -sSL https://install.python-poetry.org | python3 -\nRUN poetry install --no-dev",
    "an argument": "FROM python:3.13\nARG V\nRUN pip install --no-cache-dir poetry==$V\nRUN poetry install --no-dev",
    "whatever the base has": "FROM x\nRUN poetry install --no-dev",
    "from Debian": "FROM debian:12\nRUN apt-get install -y python3-poetry\nRUN poetry install --no-dev",
    "the newest for an old Python": "FROM python:3.8\nRUN pip install poetry\nRUN poetry install --no-dev",
    "the newest for a Python that nobody knows": "FROM team/base\nRUN pip install poetry\nRUN poetry install --no-dev",
    "what is still there": f"{FROM}poetry==2.1.4\nRUN poetry install --only main --sync",
    "one that may be another": f"{FROM}poetry || pip install poetry==1.8\nRUN poetry install --no-dev",
}

test_fires, test_quiet = rule_tests("removed-poetry-option", FIRES, QUIET)
