from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "an install": Fires(
        f"{FROM}RUN uv pip install flask", "uv pip install", f"{FROM}RUN uv pip install --system flask"
    ),
    "no image of Python": Fires("FROM debian:13\nRUN uv pip sync requirements.txt", "uv pip sync"),
}
QUIET = {
    "the system's Python": f"{FROM}RUN uv pip install --system flask",
    "a variable": f"{FROM}ENV UV_SYSTEM_PYTHON=1\nRUN uv pip install flask",
    "a variable of the command": f"{FROM}RUN VIRTUAL_ENV=/venv uv pip install flask",
    "an environment before": f"{FROM}RUN uv venv\nRUN uv pip install flask",
    "an environment in the same RUN": f"{FROM}RUN python -m venv .venv && uv pip install flask",
    "one that is activated": f"{FROM}RUN . /venv/bin/activate && uv pip install flask",
    "one that is copied": "FROM x AS a\nFROM python:3.13\nCOPY --from=a /app /app\nRUN uv pip install flask",
    "of the stage below": f"{FROM}RUN uv venv\nFROM x\nFROM python:3.13-slim AS a\nRUN uv venv\nFROM a\nRUN uv pip install b",
    "an image that nobody knows": "FROM registry.example/base\nRUN uv pip install flask",
    "a target": f"{FROM}RUN uv pip install --target=/lib flask",
    "pip": f"{FROM}RUN pip install uv",
    "words of another command": f"{FROM}RUN echo uv pip install flask",
}
FIXES = {
    "continued lines": (
        f"{FROM}RUN --mount=type=cache,target=/root/.cache/uv \\\n    # why\n    uv pip install \\\n      -r a.txt\n",
        f"{FROM}RUN --mount=type=cache,target=/root/.cache/uv \\\n    # why\n    uv pip install --system \\\n      -r a.txt\n",
    ),
    "a here-document": (
        f"{FROM}RUN <<EOF\nset -e\nuv pip install a\nEOF\n",
        f"{FROM}RUN <<EOF\nset -e\nuv pip install --system a\nEOF\n",
    ),
    "a shell in an array": (
        f'{FROM}RUN ["sh", "-c", "uv pip install a"]\n',
        f'{FROM}RUN ["sh", "-c", "uv pip install --system a"]\n',
    ),
}

test_fires, test_quiet, test_fixes = rule_tests("uv-pip-without-environment", FIRES, QUIET, FIXES)
