from tests.lint.cases import Fires, Quiet, rule_tests


def locked(name: str, *wheels: str, marker: str = "") -> dict[str, str]:
    files = ", ".join(f'{{ url = "https://i.example/{each}" }}' for each in wheels)
    edge = f'{{ name = "{name}"{marker} }}'
    return {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
        "uv.lock": f'version = 1\n[[package]]\nname = "shop"\nversion = "1"\nsource = {{ virtual = "." }}\ndependencies = [{edge}]\n'
        f'[[package]]\nname = "{name}"\nversion = "2"\nsource = {{ registry = "x" }}\nwheels = [{files}]\n',
    }


OLD = locked("numpy", "numpy-2-cp312-cp312-manylinux_2_28_x86_64.whl", "numpy-2-cp312-cp312-win_amd64.whl")
PSYCOPG = locked("psycopg2", "psycopg2-2-cp313-cp313-win_amd64.whl")
FROM = "FROM python:3.14-slim-trixie\nWORKDIR /app\n"
COPY = "COPY pyproject.toml uv.lock ./\n"
SYNC = "RUN uv sync --locked\n"
POETRY = {
    "pyproject.toml": '[tool.poetry.dependencies]\nmysqlclient = "*"\n',
    "poetry.lock": '[[package]]\nname = "mysqlclient"\nversion = "2"\nfiles = [{ file = "mysqlclient-2.tar.gz" }]\n',
}

FIRES = {
    "wheels for another Python": Fires(
        f"{FROM}{COPY}{SYNC}", "uv sync", files=OLD, severity="warning", says="numpy 2 has no wheel for Python 3.14"
    ),
    "no wheels at all": Fires(f"{FROM}{COPY}{SYNC}", "uv sync", files=PSYCOPG, severity="error"),
    "Poetry, on Alpine": Fires(
        "FROM python:3.13-alpine\nCOPY pyproject.toml poetry.lock /app/\nWORKDIR /app\nRUN poetry install --no-root",
        "poetry install",
        files=POETRY,
    ),
    "told once": Fires(f"{FROM}{COPY}{SYNC}RUN uv run a && uv sync", "uv sync", files=OLD),
}
QUIET = {
    "a wheel": Quiet(f"{FROM}{COPY}{SYNC}", locked("a", "a-2-cp314-cp314-manylinux_2_28_x86_64.whl")),
    "a wheel for musl": Quiet(f"{FROM}{COPY}{SYNC}", locked("a", "a-2-cp314-cp314-musllinux_1_2_x86_64.whl")),
    "pure": Quiet(f"{FROM}{COPY}{SYNC}", locked("a")),
    "a compiler": Quiet(f"{FROM}RUN apt-get update && apt-get install -y gcc\n{COPY}{SYNC}", PSYCOPG),
    "a compiler on Alpine": Quiet(
        "FROM python:3.13-alpine\nRUN apk add build-base\nWORKDIR /app\nCOPY . .\nRUN poetry install", POETRY
    ),
    "an image that has one": Quiet(f"FROM python:3.14\nWORKDIR /app\n{COPY}{SYNC}", PSYCOPG),
    "on some platforms": Quiet(f"{FROM}{COPY}{SYNC}", locked("psycopg2", marker=", marker = \"x == 'y'\"")),
    "another Python": Quiet(f"{FROM}{COPY}RUN uv sync --locked --python 3.12", OLD),
    "another Python that is pinned": Quiet(
        f"{FROM}COPY .python-version .\n{COPY}{SYNC}", {**OLD, ".python-version": "3.12\n"}
    ),
    "another Python that is fetched": Quiet(f"{FROM}{COPY}RUN uv python install 3.12\n{SYNC}", OLD),
    "no Python that is known": Quiet(f"FROM team/python\nWORKDIR /app\n{COPY}{SYNC}", PSYCOPG),
    "a group alone": Quiet(f"{FROM}{COPY}RUN uv sync --locked --only-group docs", PSYCOPG),
    "no lock here": Quiet(f"{FROM}COPY pyproject.toml ./\n{SYNC}", PSYCOPG),
}

test_fires, test_quiet = rule_tests("missing-wheel", FIRES, QUIET)
