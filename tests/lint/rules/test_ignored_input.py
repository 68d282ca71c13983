from tests.lint.cases import Fires, Quiet, checked, rule_tests

FROM = "FROM python:3.13-slim\n"
FILES = {"README.md": "", "pyproject.toml": "", "docs/a.txt": "", "main.py": ""}

FIRES = {
    "a file": Fires(
        f"{FROM}COPY pyproject.toml README.md ./",
        "README.md",
        f"{FROM}COPY pyproject.toml README.md ./",
        {**FILES, ".dockerignore": "*.md"},
        changes={".dockerignore": "*.md\n!README.md\n"},
    ),
    "a mount": Fires(
        f"{FROM}RUN --mount=type=bind,source=pyproject.toml,target=p a",
        "pyproject.toml",
        f"{FROM}RUN --mount=type=bind,source=pyproject.toml,target=p a",
        {**FILES, ".dockerignore": "*.toml\n"},
        changes={".dockerignore": "*.toml\n!pyproject.toml\n"},
    ),
}
QUIET = {
    "taken back": Quiet(f"{FROM}COPY README.md ./", {**FILES, ".dockerignore": "*.md\n!README.md"}),
    "its own ignore file": Quiet(
        f"{FROM}COPY README.md ./", {**FILES, ".dockerignore": "*.md", "Dockerfile.dockerignore": ""}
    ),
    "another stage": Quiet(f"{FROM}COPY --from=a README.md ./", {**FILES, ".dockerignore": "*.md"}),
    "a pattern": Quiet(f"{FROM}COPY *.md ./", {**FILES, ".dockerignore": "README.md"}),
    "all of it": Quiet(f"{FROM}COPY . .", {**FILES, ".dockerignore": "*.md"}),
    "a directory of which something is sent": Quiet(
        f"{FROM}COPY docs docs", {**FILES, ".dockerignore": "docs\n!docs/a.txt"}
    ),
    "what is not there": Quiet(f"{FROM}COPY dist.md main.py ./", {**FILES, ".dockerignore": "*.md"}),
}

test_fires, test_quiet = rule_tests("ignored-input", FIRES, QUIET)


def test_a_secret_is_not_put_in_unasked():
    (found,) = checked(
        f"{FROM}COPY .env ./", files={".env": "", ".dockerignore": ".env\n"}, select=("ignored-input",)
    ).diagnostics
    assert found.fix is not None
    assert not found.fix.safe
