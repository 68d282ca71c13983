from tests.lint.cases import Fires, Quiet, rule_tests
from tests.lint.rules.test_missing_wheel import locked

GLIBC = "a-2-cp313-cp313-manylinux_2_28_x86_64.whl"
TORCH = locked("torch", GLIBC.replace("a-", "torch-"))
FROM = "FROM python:3.13-alpine\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"
SYNC = "RUN uv sync --locked\n"
POETRY = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["torch>=2"]\n',
    "poetry.lock": f'[[package]]\nname = "torch"\nversion = "2"\nfiles = [{{ file = "{GLIBC}" }}]\n',
}

FIRES = {
    "uv": Fires(f"{FROM}{SYNC}", "python:3.13-alpine", files=TORCH, says="torch has wheels for glibc"),
    "whatever compilers there are": Fires(
        f"{FROM}RUN apk add build-base\n{SYNC}{SYNC}", "python:3.13-alpine", files=TORCH
    ),
    "of the stage below": Fires(
        f"{FROM.replace('3.13-alpine', '3.13-alpine AS a')}FROM a\n{SYNC}", "python:3.13-alpine", files=TORCH
    ),
    "Poetry": Fires(
        "FROM python:3.13-alpine3.22\nWORKDIR /app\nCOPY . .\nRUN poetry install --no-root",
        "python:3.13-alpine3.22",
        files=POETRY,
    ),
}
QUIET = {
    "glibc": Quiet(f"{FROM.replace('alpine', 'slim')}{SYNC}", TORCH),
    "a wheel for musl": Quiet(f"{FROM}{SYNC}", locked("a", GLIBC, GLIBC.replace("manylinux_2_28", "musllinux_1_2"))),
    "pure": Quiet(f"{FROM}{SYNC}", locked("a", "a-2-py3-none-any.whl")),
    "no wheel for this Python either": Quiet(f"{FROM}{SYNC}", locked("a", GLIBC.replace("313", "312"))),
    "no machine code": Quiet(
        f"{FROM}{SYNC}",
        locked(
            "watchdog", "watchdog-6-py3-none-manylinux2014_x86_64.whl", "watchdog-6-cp313-cp313-macosx_11_0_arm64.whl"
        ),
    ),
    "on some platforms": Quiet(f"{FROM}{SYNC}", locked("a", GLIBC, marker=", marker = \"x == 'y'\"")),
    "another Python": Quiet(f"{FROM}ENV UV_PYTHON=/usr/bin/python3\n{SYNC}", TORCH),
    "dependencies that nobody reads": Quiet(f"{FROM}RUN pip install -r a.txt", TORCH),
}

test_fires, test_quiet = rule_tests("missing-musl-wheel", FIRES, QUIET)
