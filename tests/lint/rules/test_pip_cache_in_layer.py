from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "an install": Fires(f"{FROM}RUN pip install flask", "pip install", f"{FROM}RUN pip install --no-cache-dir flask"),
    "a stage below": Fires(
        f"{FROM[:-1]} AS base\nRUN /opt/bin/pip3.13 -q install a\nFROM base",
        "/opt/bin/pip3.13 -q install",
        f"{FROM[:-1]} AS base\nRUN /opt/bin/pip3.13 -q install --no-cache-dir a\nFROM base",
    ),
    "a mount of something else": Fires(
        f"{FROM}RUN --mount=type=cache,target=/root/.cache/uv python -m pip install a",
        "python -m pip install",
        f"{FROM}RUN --mount=type=cache,target=/root/.cache/uv python -m pip install --no-cache-dir a",
    ),
}
QUIET = {
    "switched off": f"{FROM}RUN pip install --no-cache-dir flask",
    "before the action": f"{FROM}RUN pip --no-cache-dir install flask",
    "a variable, whatever its value": f"{FROM}ENV PIP_NO_CACHE_DIR=off\nRUN pip install flask",
    "a variable of the command": f"{FROM}RUN PIP_NO_CACHE_DIR=1 pip install flask",
    "a build argument": f"{FROM}ARG PIP_NO_CACHE_DIR=1\nRUN pip install flask",
    "a mount": f"{FROM}RUN --mount=type=cache,target=/root/.cache/pip pip install flask",
    "a mount above": f"{FROM}RUN --mount=target=/root/.cache,type=cache,sharing=locked pip install flask",
    "a mount where the variable says": f"{FROM}ENV PIP_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c pip install flask",
    "a builder": f"{FROM[:-1]} AS a\nRUN pip install flask\nFROM python:3.13-slim\nCOPY --from=a /x /x",
    "removed": f"{FROM}RUN pip install flask && rm -rf /root/.cache",
    "nothing is downloaded": f"{FROM}RUN pip install --no-index /wheels/*",
    "wheels that lie there": f"{FROM}COPY dist/a.whl /\nRUN pip install /wheels/* && pip install /a.whl",
    "uv": f"{FROM}RUN uv pip install --system flask",
    "an image that an argument names": "ARG BASE\nFROM $BASE\nRUN pip install flask",
}
FIXES = {
    "continued": (
        f"{FROM}RUN pip install \\\n  a \\\n  b\n",
        f"{FROM}RUN pip install --no-cache-dir \\\n  a \\\n  b\n",
    ),
    "two": (
        f"{FROM}RUN pip install a && pip install b\n",
        f"{FROM}RUN pip install --no-cache-dir a && pip install --no-cache-dir b\n",
    ),
}

test_fires, test_quiet, test_fixes = rule_tests("pip-cache-in-layer", FIRES, QUIET, FIXES)
