from tests.lint.cases import Fires, Quiet, rule_tests

UV = "FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim AS b\nWORKDIR /app\nRUN uv sync --locked\n"
FINAL = "FROM python:3.13-slim\nWORKDIR /app\n"
IGNORE = {".dockerignore": "**/.git\n"}
AFTER = {".dockerignore": "**/.git\n**/.venv\n"}

FIRES = {
    "one that may be there": Fires(f"{UV}COPY . .", ".", None, IGNORE, changes=AFTER, severity="warning"),
    "one that is there": Fires(
        f"{UV}COPY ./ /app/", "./", None, {**IGNORE, ".venv/bin/python": ""}, changes=AFTER, severity="error"
    ),
    "no file": Fires(f"{UV}COPY . .", ".", changes={".dockerignore": "**/.venv\n"}, says="whoever"),
    "copied from a builder": Fires(f"{UV}{FINAL}COPY --from=b /app /app\nCOPY . .", ".", None, IGNORE, changes=AFTER),
    "its own name": Fires(
        f"{FINAL}RUN python -m venv env\nCOPY . .",
        ".",
        None,
        {**IGNORE, "env/bin/python": ""},
        changes={".dockerignore": "**/.git\n**/env\n"},
    ),
}
QUIET = {
    "left out": Quiet(f"{UV}COPY . .", {".dockerignore": "**/.venv"}),
    "left out in the root": Quiet(f"{UV}COPY . .", {".dockerignore": ".venv/"}),
    "elsewhere": Quiet(f"{FINAL}ENV UV_PROJECT_ENVIRONMENT=/opt/venv\nRUN uv sync\nCOPY . .", IGNORE),
    "made in another place": Quiet(f"{FINAL}RUN python -m venv /opt/venv\nCOPY . .", IGNORE),
    "not among what is copied": Quiet(f"{UV}COPY src src", {**IGNORE, "src/a.py": ""}),
    "files": Quiet(f"{UV}COPY pyproject.toml uv.lock ./", {**IGNORE, "pyproject.toml": "", "uv.lock": ""}),
    "no project": Quiet(f"{UV}COPY static ./", {**IGNORE, "static/a.css": ""}),
    "installed later": Quiet(f"{FINAL}COPY . .\nRUN uv sync", IGNORE),
    "another stage": Quiet(f"{UV}{FINAL}COPY . .", IGNORE),
    "a name that is seldom used": Quiet(f"{FINAL}RUN python -m venv env\nCOPY . .", IGNORE),
    "of another directory": Quiet(f"{FINAL}RUN uv venv /srv/.venv\nCOPY . .", IGNORE),
    "a directory that an argument names": Quiet(f"{FINAL}ARG D\nRUN uv venv $D\nCOPY . .", IGNORE),
}

test_fires, test_quiet = rule_tests("environment-in-context", FIRES, QUIET)
