from tests.lint.cases import Fires, rule_tests

PYTHON = "FROM python:3.13-slim-trixie"
MADE = f"{PYTHON} AS build\nWORKDIR /build\nRUN python -m venv venv && venv/bin/pip install a==1\n{PYTHON}\n"
UV = f"{PYTHON} AS build\nWORKDIR /src\nCOPY . .\nRUN uv sync --locked\n{PYTHON}\n"

FIRES = {
    "a script is started": Fires(
        f'{MADE}COPY --from=build /build/venv /venv\nENV PATH=/venv/bin:$PATH\nCMD ["gunicorn", "a:b"]',
        "/venv", severity="error", says="/build/venv",
    ),
    "python is started": Fires(
        f'{MADE}COPY --from=build /build/venv /venv\nCMD ["/venv/bin/python", "a.py"]', "/venv", severity="warning"
    ),
    "uv": Fires(f'{UV}COPY --from=build /src/.venv /app/.venv\nCMD ["gunicorn"]', "/app/.venv", severity="error"),
    "with what is around it": Fires(f"{UV}WORKDIR /app\nCOPY --from=build /src .", ".", says="/app/.venv"),
    "uv venv, by its number": Fires(
        f"{PYTHON}\nRUN uv venv /opt/a\n{PYTHON}\nCOPY --from=0 /opt/a /opt/b", "/opt/b", says="made as /opt/a"
    ),
    "virtualenv": Fires(f"{PYTHON} AS a\nRUN virtualenv -p python3 /v\n{PYTHON}\nCOPY --from=a /v /w", "/w"),
    "Poetry": Fires(
        f"{PYTHON} AS a\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\nWORKDIR /a\nRUN poetry install\n{PYTHON}\nCOPY --from=a /a/.venv /v",
        "/v",
    ),
}  # fmt: skip
QUIET = {
    "the same path": f"{MADE}COPY --from=build /build/venv /build/venv",
    "the same path, with all": f"{MADE}COPY --from=build /build /build",
    "uv's, the same path": f"{UV}COPY --from=build /src/.venv /src/.venv",
    "relocatable": f"{PYTHON} AS a\nRUN uv venv --relocatable /v\n{PYTHON}\nCOPY --from=a /v /w",
    "relocatable by the environment": f"{PYTHON} AS a\nENV UV_VENV_RELOCATABLE=1\nRUN uv venv /v\n{PYTHON}\nCOPY --from=a /v /w",
    "linked": f"{MADE}COPY --from=build /build/venv /venv\nRUN mkdir /build && ln -s /venv /build/venv",
    "written anew": f"{MADE}COPY --from=build /build/venv /venv\nRUN sed -i 1s,build/,, /venv/bin/*",
    "both": f"{MADE}COPY --from=build /build/venv /venv\nCOPY --from=build /build/venv /build/venv",
    "another path of uv's": f"{PYTHON} AS a\nENV UV_PROJECT_ENVIRONMENT=/v\nWORKDIR /x\nRUN uv sync\n{PYTHON}\nCOPY --from=a /v /v",
    "Poetry, somewhere": f"{PYTHON} AS a\nWORKDIR /a\nRUN poetry install\n{PYTHON}\nCOPY --from=a /a/.venv /v",
    "no environment": f"{MADE}COPY --from=build /wheels /w",
    "an image": f"{PYTHON}\nRUN python -m venv /v\nCOPY --from=registry.example/a /v /w",
    "the context": f"{PYTHON}\nRUN python -m venv /v\nCOPY /v /w",
    "a path that nobody knows": f"{PYTHON} AS a\nARG V\nRUN python -m venv $V\n{PYTHON}\nCOPY --from=a /v /w",
}  # fmt: skip

test_fires, test_quiet = rule_tests("moved-environment", FIRES, QUIET)
