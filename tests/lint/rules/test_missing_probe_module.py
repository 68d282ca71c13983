from tests.lint.cases import Fires, Quiet, rule_tests
from tests.lint.locks import locked

SYNC = "FROM python:3.13-slim\nCOPY . .\nRUN pip install uv && uv sync --locked --no-dev\n"
URL = "http://localhost:8000/"
CODE = f"\"import requests; requests.get('{URL}')\""
URLLIB = f"\"import urllib.request; urllib.request.urlopen('{URL}')\""
ABSENT = locked(["flask"])

FIRES = {
    "requests": Fires(
        f"{SYNC}HEALTHCHECK CMD python -c {CODE} || exit 1\n",
        CODE,
        f"{SYNC}HEALTHCHECK CMD python -c {URLLIB} || exit 1\n",
        ABSENT,
        says="requests is not installed",
    ),
    "httpx, of words, in a group": Fires(
        f'{SYNC}HEALTHCHECK CMD ["python", "-c", "import httpx, sys; sys.exit(httpx.get(\'{URL}\').is_error)"]\n',
        f"\"import httpx, sys; sys.exit(httpx.get('{URL}').is_error)\"",
        files=locked(["flask"], ["httpx"]),
    ),
    "a service": Fires(
        f"services:\n  a:\n    build: .\n    healthcheck:\n      test: [CMD, python, -c, {CODE}]\n",
        CODE,
        files={"Dockerfile": SYNC, **ABSENT},
        path="compose.yaml",
    ),
}
QUIET = {
    "the standard library": Quiet(f"{SYNC}HEALTHCHECK CMD python -c {URLLIB}\n", ABSENT),
    "a dependency": Quiet(f"{SYNC}HEALTHCHECK CMD python -c {CODE}\n", locked(["requests"])),
    "of a dependency": Quiet(f"{SYNC}HEALTHCHECK CMD python -c {CODE}\n", locked(["a"], needs={"a": ["requests"]})),
    "installed by name": Quiet(f"{SYNC}RUN pip install requests\nHEALTHCHECK CMD python -c {CODE}\n", ABSENT),
    "a module of its own": Quiet(f"{SYNC}HEALTHCHECK CMD python -c 'import shop.health'\n", ABSENT),
    "no Python at all": Quiet(f"{SYNC}HEALTHCHECK CMD python -c 'import requests ('\n", ABSENT),
    "no lock": f"{SYNC}HEALTHCHECK CMD python -c {CODE}\n",
    "poetry needs it itself": Quiet(f"{SYNC}RUN pip install poetry\nHEALTHCHECK CMD python -c {CODE}\n", ABSENT),
}

test_fires, test_quiet = rule_tests("missing-probe-module", FIRES, QUIET)
