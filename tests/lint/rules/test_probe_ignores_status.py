from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13\n"
URL = "http://localhost:8000/health"

FIRES = {
    "curl": Fires(
        f"{FROM}HEALTHCHECK CMD curl -s {URL} || exit 1\n",
        "curl",
        f"{FROM}HEALTHCHECK CMD curl -f -s {URL} || exit 1\n",
    ),
    "words": Fires(
        f'{FROM}HEALTHCHECK CMD ["curl", "{URL}"]\n', '"curl"', f'{FROM}HEALTHCHECK CMD ["curl", "-f", "{URL}"]\n'
    ),
    "requests": Fires(
        f"{FROM}HEALTHCHECK CMD python -c \"import requests; requests.get('{URL}')\" || exit 1\n",
        f"\"import requests; requests.get('{URL}')\"",
        f"{FROM}HEALTHCHECK CMD python -c \"import requests; requests.get('{URL}').raise_for_status()\" || exit 1\n",
    ),
    "a service": Fires(
        f'services:\n  a:\n    build: .\n    healthcheck:\n      test: ["CMD", "curl", "{URL}"]\n',
        '"curl"',
        f'services:\n  a:\n    build: .\n    healthcheck:\n      test: ["CMD", "curl", "-f", "{URL}"]\n',
        {"Dockerfile": FROM},
        path="compose.yaml",
    ),
}
QUIET = {
    "it fails": f"{FROM}HEALTHCHECK CMD curl -f {URL}\n",
    "among other options": f"{FROM}HEALTHCHECK CMD curl -sSfL {URL}\n",
    "in a long option": f"{FROM}HEALTHCHECK CMD curl --fail-with-body {URL}\n",
    "the answer is looked at": f"{FROM}HEALTHCHECK CMD curl -s {URL} | grep ok\n",
    "the status is looked at": f"{FROM}HEALTHCHECK CMD curl -o /dev/null -w '%{{http_code}}' {URL} | grep 200\n",
    "wget": f"{FROM}HEALTHCHECK CMD wget -q {URL}\n",
    "urllib": f"{FROM}HEALTHCHECK CMD python -c \"import urllib.request; urllib.request.urlopen('{URL}')\"\n",
    "requests, looked at": f"{FROM}HEALTHCHECK CMD python -c \"import requests; requests.get('{URL}').raise_for_status()\"\n",
    "requests, compared": f"{FROM}HEALTHCHECK CMD python -c \"import requests,sys; sys.exit(not requests.get('{URL}').ok)\"\n",
    "requests, asserted": f"{FROM}HEALTHCHECK CMD python -c \"import requests; assert requests.get('{URL}').ok\"\n",
    "another service's image": Quiet(
        "services:\n  a:\n    image: b\n    healthcheck: {test: curl localhost}\n", path="compose.yaml"
    ),
}

test_fires, test_quiet = rule_tests("probe-ignores-status", FIRES, QUIET)
