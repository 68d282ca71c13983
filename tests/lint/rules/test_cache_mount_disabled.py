from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"
PIP = "--mount=type=cache,target=/root/.cache/pip"

FIRES = {
    "pip": Fires(
        f"{FROM}RUN {PIP} \\\n    pip install --no-cache-dir -r a.txt\n",
        "--no-cache-dir",
        f"{FROM}RUN {PIP} \\\n    pip install -r a.txt\n",
    ),
    "a variable": Fires(f"{FROM}ENV PIP_NO_CACHE_DIR=0\nRUN {PIP} pip install a\n", PIP),
}
QUIET = {
    "in use": f"{FROM}RUN {PIP} pip install a",
    "another cache": f"{FROM}RUN --mount=type=cache,target=/var/cache/apt pip install --no-cache-dir a",
    "no cache": f"{FROM}RUN --mount=type=secret,id=x,target=/root/.cache/pip pip install --no-cache-dir a",
    "uv's switch that is off": f"{FROM}ENV UV_NO_CACHE=0\nRUN --mount=type=cache,target=/root/.cache/uv uv sync",
    "another user's": f"{FROM}USER app\nRUN {PIP} pip install --no-cache-dir a",
}
FIXES = {
    "a line of its own": (
        f"{FROM}RUN {PIP} pip install \\\n    --no-cache-dir \\\n    a\n",
        f"{FROM}RUN {PIP} pip install \\\n    a\n",
    ),
    "at the end": (f"{FROM}RUN {PIP} pip install a --no-cache-dir\n", f"{FROM}RUN {PIP} pip install a\n"),
    "at the end of continued lines": (
        f"{FROM}RUN {PIP} pip install a \\\n    --no-cache-dir\nRUN b\n",
        f"{FROM}RUN {PIP} pip install a\nRUN b\n",
    ),
}

test_fires, test_quiet, test_fixes = rule_tests("cache-mount-disabled", FIRES, QUIET, FIXES)
