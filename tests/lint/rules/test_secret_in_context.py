from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"
COPY = f"{FROM}COPY . .\n"
MAIN = {"main.py": ""}
SECRET = {**MAIN, ".env": "API_KEY=sk-93jfk20dkfjw\n"}

FIRES = {
    "an environment": Fires(COPY, ".", files=SECRET, changes={".dockerignore": ".env\n"}, says="`.env` gets"),
    "others, beside what is left out": Fires(
        f"{FROM}COPY main.py app /app/\n",
        "app",
        files={
            **MAIN,
            "app/key.pem": "-----BEGIN RSA PRIVATE KEY-----\n",
            "app/.netrc": "machine a\n",
            ".dockerignore": "*.md",
        },
        changes={".dockerignore": "*.md\napp/.netrc\napp/key.pem\n"},
        says="get",
    ),
    "by way of a stage": Fires(
        f"{FROM[:-1]} AS a\nWORKDIR /app\nCOPY . .\n{FROM}COPY --from=a /app /app\n",
        ".",
        files=SECRET,
        changes={".dockerignore": ".env\n"},
    ),
    "a secret of a compose file": Fires(
        COPY,
        ".",
        files={**MAIN, "compose.yaml": "secrets:\n  a:\n    file: ./secrets/a.txt\n", "secrets/a.txt": "x"},
        changes={".dockerignore": "secrets/a.txt\n"},
        says="secrets/a.txt",
    ),
}
QUIET = {
    "left out": Quiet(COPY, {**SECRET, ".dockerignore": ".env\n"}),
    "nothing secret in it": Quiet(COPY, {**MAIN, ".env": "DEBUG=1\nPOSTGRES_PASSWORD=postgres\n"}),
    "a sample": Quiet(COPY, {**MAIN, ".env.example": "API_KEY=sk-93jfk20dkfjw\n"}),
    "a test's": Quiet(COPY, {**MAIN, "tests/key.pem": "-----BEGIN RSA PRIVATE KEY-----\n"}),
    "another directory": Quiet(f"{FROM}COPY src /src\n", {**SECRET, "src/a.py": ""}),
    "a stage that is not the image": Quiet(
        f"{FROM[:-1]} AS a\nWORKDIR /app\nCOPY . .\n{FROM}COPY --from=a /app/.venv /app/.venv\n", SECRET
    ),
    "files alone": Quiet(f"{FROM}COPY main.py .\n", SECRET),
    "of another stage": Quiet(f"{FROM}COPY --from=a . .\n", SECRET),
    "a certificate": Quiet(COPY, {**MAIN, "ca.pem": "-----BEGIN CERTIFICATE-----\n"}),
}

test_fires, test_quiet = rule_tests("secret-in-context", FIRES, QUIET)
