from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"
URL = "http://localhost:8000/health"
PYTHON = f"import urllib.request; urllib.request.urlopen('{URL}')"
CURL = f"HEALTHCHECK --interval=5s CMD curl -f {URL} || exit 1\n"

FIRES = {
    "curl": Fires(f"{FROM}{CURL}", "curl", f'{FROM}HEALTHCHECK --interval=5s CMD python -c "{PYTHON}" || exit 1\n'),
    "words": Fires(
        f'{FROM}HEALTHCHECK CMD ["curl", "-fsS", "{URL}"]\n',
        '"curl"',
        f'{FROM}HEALTHCHECK CMD ["python", "-c", "{PYTHON}"]\n',
    ),
    "options that urllib has no counterpart of": Fires(f"{FROM}HEALTHCHECK CMD curl -H 'A: b' {URL}\n", "curl"),
    "Debian": Fires(f"FROM debian:trixie-slim\nRUN apt-get install -y git\nHEALTHCHECK CMD wget {URL}\n", "wget"),
    "Alpine": Fires("FROM alpine:3.22\nHEALTHCHECK CMD curl localhost\n", "curl"),
    "a service": Fires(
        f'services:\n  a:\n    build: .\n    healthcheck:\n      test: ["CMD", "curl", "-f", "{URL}"]\n',
        '"curl"',
        f'services:\n  a:\n    build: .\n    healthcheck:\n      test: ["CMD", "python", "-c", "{PYTHON}"]\n',
        {"Dockerfile": FROM},
        path="compose.yaml",
    ),
    "a service's script": Fires(
        f"services:\n  a:\n    build: .\n    healthcheck:\n      test: curl -f {URL}\n",
        "curl",
        files={"Dockerfile": FROM},
        path="compose.yaml",
    ),
}
SERVICE = "services:\n  a:\n    {}\n    healthcheck:\n      test: [CMD, curl, -f, localhost]\n"
QUIET = {
    "installed": f"{FROM}RUN apt-get update && apt-get install -y curl=8.* \\\n && apt-get clean\n{CURL}",
    "in the stage below": f"{FROM[:-1]} AS a\nRUN apt-get install curl\nFROM a\n{CURL}",
    "brought by another package": f"{FROM}RUN apt-get install -y gettext\n{CURL}",
    "packages that nobody knows": f"{FROM}RUN apt-get install -y $(cat packages)\n{CURL}",
    "a script": f"{FROM}RUN /app/install.sh\n{CURL}",
    "it was called": f"{FROM}RUN curl -O http://a.example/b\n{CURL}",
    "copied": f"{FROM}COPY --from=curl /curl /usr/local/bin/curl\n{CURL}",
    "copied with others": f"{FROM}COPY --from=a /usr/local/bin/ /usr/local/bin/\n{CURL}",
    "the large image": f"FROM python:3.13\n{CURL}",
    "busybox has wget": f"FROM python:3.13-alpine\nHEALTHCHECK CMD wget -q {URL}\n",
    "an image that nobody knows": f"FROM registry.example/base\n{CURL}",
    "Python": f"{FROM}HEALTHCHECK CMD python -c 'import a'\n",
    "a program of its own": f"{FROM}HEALTHCHECK CMD /app/curl a\n",
    "something else would do": f"{FROM}HEALTHCHECK CMD curl -f {URL} || wget {URL}\n",
    "none": f"{FROM}HEALTHCHECK NONE\n",
    "replaced": f"{FROM}{CURL}HEALTHCHECK CMD python a.py\n",
    "a stage that is not the image": f"{FROM}{CURL}FROM python:3.13\n",
    "a service of another image": Quiet(SERVICE.format("image: nginx"), path="compose.yaml"),
    "a service whose image has it": Quiet(
        SERVICE.format("build: ."), {"Dockerfile": "FROM python:3.13\n"}, "compose.yaml"
    ),
    "a service whose stage has it": Quiet(
        SERVICE.format("build: {context: ., target: a}"),
        {"Dockerfile": f"{FROM[:-1]} AS a\nRUN apt-get install curl\n{FROM}"},
        "compose.yaml",
    ),
    "a service without a Dockerfile": Quiet(SERVICE.format("build: ."), path="compose.yaml"),
}

test_fires, test_quiet = rule_tests("missing-probe-program", FIRES, QUIET)
