from tests.lint.cases import Fires, Quiet, rule_tests
from tests.lint.locks import locked

FROM = "FROM python:3.13-slim\nCOPY . .\n"
SYNC = f"{FROM}RUN pip install uv && uv sync --locked --no-dev\n"
CMD = 'CMD ["gunicorn", "a:b"]\n'
ABSENT = locked(["flask"])
DEV = locked(["flask"], ["gunicorn"])

FIRES = {
    "the lock does not have it": Fires(f"{SYNC}{CMD}", '"gunicorn"', files=ABSENT, says="uv.lock does not have it"),
    "a development group alone": Fires(
        f'{SYNC}CMD ["uv", "run", "--no-sync", "python", "-m", "gunicorn", "a:b"]\n',
        '"gunicorn"',
        files=DEV,
        says="in a group",
    ),
    "from the stage below": Fires(
        f"{SYNC}FROM python:3.13-slim\nCOPY --from=0 /.venv /.venv\nCMD exec /.venv/bin/gunicorn a:b\n",
        "/.venv/bin/gunicorn",
        files=ABSENT,
    ),
}
QUIET = {
    "a dependency": Quiet(f"{SYNC}{CMD}", locked(["flask", "gunicorn"])),
    "of a dependency": Quiet(f"{SYNC}{CMD}", locked(["flask"], needs={"flask": ["gunicorn"]})),
    "the groups are installed": Quiet(f"{FROM}RUN uv sync --locked\n{CMD}", DEV),
    "that group is installed": Quiet(f"{FROM}RUN uv sync --no-dev --group dev\n{CMD}", DEV),
    "installed by name": Quiet(f"{SYNC}RUN uv pip install gunicorn\n{CMD}", ABSENT),
    "something that may need it": Quiet(f"{SYNC}RUN pip install uvicorn-worker\n{CMD}", ABSENT),
    "installed at start": Quiet(f'{SYNC}CMD ["uv", "run", "gunicorn", "a:b"]\n', DEV),
    "another program": Quiet(f'{SYNC}CMD ["nginx"]\n', ABSENT),
    "no lock": Quiet(f"{SYNC}{CMD}", {"pyproject.toml": ABSENT["pyproject.toml"]}),
    "a list that is not complete": Quiet(
        f"{FROM}RUN pip install -r requirements.txt\n{CMD}", {"requirements.txt": "flask\n"}
    ),
    "another member of the workspace": Quiet(f"{FROM}RUN uv sync --no-dev --package a\n{CMD}", ABSENT),
    "another lock": Quiet(f"{SYNC}{CMD}", {**ABSENT, "b/uv.lock": ABSENT["uv.lock"]}),
    "a script": Quiet(f"{SYNC}RUN ./install.sh\n{CMD}", ABSENT),
    "an image that nobody knows": Quiet(f"FROM registry.example/base\nRUN uv sync --no-dev\n{CMD}", ABSENT),
    "nothing is installed here": Quiet(f"{FROM}{CMD}", ABSENT),
}

test_fires, test_quiet = rule_tests("missing-program", FIRES, QUIET)
