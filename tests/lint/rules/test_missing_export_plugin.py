from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\nRUN pip install --no-cache-dir "

FIRES = {
    "pinned": Fires(
        f"{FROM}poetry==2.1.4\nRUN poetry export -f requirements.txt -o a.txt",
        "poetry export",
        f"{FROM}poetry==2.1.4 poetry-plugin-export==1.9.0\nRUN poetry export -f requirements.txt -o a.txt",
    ),
    "by its installer": Fires(
        "FROM python:3.13-slim\nRUN curl -sSL https://install.python-poetry.org | python3 -\nRUN poetry export -o a.txt",
        "poetry export",
        says="no version is pinned",
    ),
}
QUIET = {
    "the plugin": f"{FROM}poetry==2.1.4 poetry-plugin-export==1.9.0\nRUN poetry export -o a.txt",
    "the plugin, later": f"{FROM}poetry==2.1.4\nRUN poetry self add poetry-plugin-export && poetry export -o a.txt",
    "the plugin by pipx": "FROM python:3.13\nRUN pipx install poetry && pipx inject poetry poetry-plugin-export\nRUN poetry export",
    "an older one": f"{FROM}'poetry>=1.8,<2'\nRUN poetry export -o a.txt",
    "from a list": f"{FROM}poetry -r tools.txt\nRUN poetry export -o a.txt",
    "another command": f"{FROM}poetry==2.1.4\nRUN poetry install",
}

test_fires, test_quiet = rule_tests("missing-export-plugin", FIRES, QUIET)
