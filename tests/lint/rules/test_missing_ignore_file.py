from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim AS b\nWORKDIR /app\n"
MADE = "**/.git\n**/.env\n**/.env.*\n**/.venv\n**/venv\n**/__pycache__\n**/*.py[cod]\n**/.*_cache\n**/node_modules\n"

FIRES = {
    "the directory": Fires(f"{FROM}COPY . .", ".", changes={".dockerignore": MADE}, severity="info"),
    "with a repository": Fires(
        f"{FROM}COPY ./ /app\nCOPY . /b",
        "./",
        None,
        {".git/HEAD": ""},
        changes={".dockerignore": MADE},
        severity="warning",
        says="`.git` gets",
    ),
    "below": Fires(
        f"{FROM}COPY . .",
        ".",
        None,
        {"web/main.py": "", "web/.env": ""},
        "web/Dockerfile",
        {"web/.dockerignore": MADE},
        says="`.env`",
    ),
}
QUIET = {
    "there is one": Quiet(f"{FROM}COPY . .", {".dockerignore": ""}),
    "there is one for this file": Quiet(f"{FROM}COPY . .", {"Dockerfile.dockerignore": ""}),
    "a part": Quiet(f"{FROM}COPY src src", {"src/a.py": ""}),
    "of another stage": f"{FROM}FROM x\nCOPY --from=b . .",
    "a context that nobody knows": Quiet(f"{FROM}COPY . .", {"main.py": ""}, "docker/Dockerfile"),
    "not in the image": f"{FROM}COPY . .\nFROM python:3.13-slim",
    "a here-document": f"{FROM}COPY <<EOF .\na\nEOF",
}

test_fires, test_quiet = rule_tests("missing-ignore-file", FIRES, QUIET)
