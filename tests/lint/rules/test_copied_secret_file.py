from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"
MAIN = {"main.py": "", "pyproject.toml": ""}
KEY = "-----BEGIN PRIVATE KEY-----\n"

FIRES = {
    "an environment": Fires(f"{FROM}COPY main.py .env /app/\n", ".env", files=MAIN),
    "one that can be read": Fires(
        f"{FROM}COPY ./config/.env.production .\n",
        "./config/.env.production",
        files={"config/.env.production": "API_KEY=sk-93jfk20dkf\n"},
    ),
    "a key": Fires(f'{FROM}ADD ["tls/server.pem", "/etc/"]\n', '"tls/server.pem"', files={"tls/server.pem": KEY}),
    "of an index": Fires(
        f"{FROM}COPY pip.conf /etc/\n",
        "pip.conf",
        files={"pip.conf": "[global]\nindex-url = https://ci:Zq8rT2pL9@index.example/simple\n"},
    ),
}
QUIET = {
    "a sample": Quiet(f"{FROM}COPY main.py .env.example ./", MAIN),
    "nothing secret in it": Quiet(f"{FROM}COPY .env .", {".env": "DEBUG=1\nSECRET_KEY=changeme\nDATABASE_PASSWORD=\n"}),
    "a certificate": Quiet(f"{FROM}COPY tls/ca.pem /etc/", {"tls/ca.pem": "-----BEGIN CERTIFICATE-----\n"}),
    "an index without a login": Quiet(
        f"{FROM}COPY pip.conf /etc/", {"pip.conf": "[global]\nindex-url = https://index.example\n"}
    ),
    "of another stage": Quiet(f"{FROM}COPY --from=a .env .", MAIN),
    "a stage that is not the image": Quiet(f"{FROM}COPY main.py .env .\nFROM python:3.13", MAIN),
    "not sent": Quiet(f"{FROM}COPY main.py .env .", {**MAIN, ".dockerignore": ".env\n"}),
    "a test's": Quiet(f"{FROM}COPY tests/key.pem .", {"tests/key.pem": KEY}),
    "here-document": Quiet(f"{FROM}COPY <<.env /app/\nA=1\n.env\n", MAIN),
}

test_fires, test_quiet = rule_tests("copied-secret-file", FIRES, QUIET)
