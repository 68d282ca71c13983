from tests.lint.cases import Fires, Quiet, rule_tests

SYSTEM = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
FILES = {
    "pyproject.toml": f'[project]\nname = "shop"\nversion = "1"\n{SYSTEM}',
    "uv.lock": "",
    "src/shop/__init__.py": "",
    "config/a.yaml": "",
    "entrypoint.sh": "",
}
PYTHON = "FROM python:3.13-slim-trixie"
BUILD = f"{PYTHON} AS build\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n{PYTHON}\nWORKDIR /app\n"
WHEEL = BUILD.replace("uv sync --frozen", "uv sync --no-editable --frozen")
COPY = "COPY --from=build /app/.venv /app/.venv\n"
ENV = "\nENV UV_NO_EDITABLE=1"
FIRST = "COPY pyproject.toml uv.lock ./\nRUN uv sync --frozen --no-install-project\nCOPY . ."
POETRY = BUILD.replace(
    "RUN uv sync --frozen",
    "ENV POETRY_VIRTUALENVS_IN_PROJECT=1\nRUN pip install poetry==2.1.4\nRUN poetry install --only main",
)

FIRES = {
    "uv": Fires(f"{BUILD}{COPY}", "uv sync", f"{WHEEL}{COPY}", FILES),
    "with files that are no modules": Fires(
        f"{BUILD}{COPY}COPY config /config\nCOPY entrypoint.sh /\n",
        "uv sync",
        f"{WHEEL}{COPY}COPY config /config\nCOPY entrypoint.sh /\n",
        FILES,
    ),
    "a second sync": Fires(
        f"{BUILD.replace('COPY . .', FIRST)}{COPY}", "uv sync", f"{WHEEL.replace('COPY . .', FIRST)}{COPY}", FILES
    ),
    "Poetry": Fires(f"{POETRY}{COPY}", "poetry install", files=FILES),
}
QUIET = {
    "a wheel": Quiet(f"{WHEEL}{COPY}", FILES),
    "by the environment": Quiet(f"{BUILD.replace('COPY . .', 'COPY . .' + ENV)}{COPY}", FILES),
    "the source comes along": Quiet(f"{BUILD}{COPY}COPY --from=build /app/src /app/src\n", FILES),
    "all comes along": Quiet(f"{BUILD}COPY --from=build /app /app\n", FILES),
    "the source is copied": Quiet(f"{BUILD}{COPY}COPY src src\n", FILES),
    "all is copied": Quiet(f"{BUILD}{COPY}COPY . .\n", FILES),
    "a pattern": Quiet(f"{BUILD}{COPY}COPY s* ./\n", FILES),
    "an argument": Quiet(f"{BUILD}{COPY}ARG X\nCOPY $X ./\n", FILES),
    "a mount": Quiet(f"{BUILD}{COPY}RUN --mount=type=bind,target=/x cp -r /x/src .\n", FILES),
    "no package": Quiet(f"{BUILD}{COPY}", {**FILES, "pyproject.toml": '[project]\nname = "shop"\n'}),
    "dependencies alone": Quiet(f"{BUILD.replace('--frozen', '--frozen --no-install-project')}{COPY}", FILES),
    "Poetry's dependencies": Quiet(f"{POETRY.replace('--only main', '--no-root')}{COPY}", FILES),
    "one stage": Quiet(f"{PYTHON}\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n", FILES),
    "a stage that stands on it": Quiet(f"{PYTHON} AS a\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen\nFROM a\n", FILES),
    "not into the image": Quiet(f"{BUILD}{COPY}{PYTHON}\n", FILES),
}

test_fires, test_quiet = rule_tests("editable-install-left-behind", FIRES, QUIET)
