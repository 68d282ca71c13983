from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim-trixie\nWORKDIR /app\n"
LIST = {"requirements.txt": "flask==3.1.0\n", "main.py": ""}
LOCKED = {"pyproject.toml": "", "uv.lock": ""}
UV = "COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /bin/\n"

FIRES = {
    "a list": Fires(
        f"{FROM}RUN pip install -r requirements.txt\nCOPY . .",
        "requirements.txt",
        f"{FROM}RUN --mount=type=bind,source=requirements.txt,target=requirements.txt pip install -r requirements.txt\nCOPY . .",
        LIST,
    ),
    "a list, without a context": Fires(f"{FROM}RUN pip install --requirement=/r.txt", "/r.txt"),
    "constraints": Fires(f"{FROM}COPY requirements.txt .\nRUN pip install -r requirements.txt -c c.txt", "c.txt", files=LIST),
    "another directory": Fires(f"{FROM}COPY requirements.txt /x/\nRUN pip install -r requirements.txt", "requirements.txt"),
    "uv": Fires(
        f"{FROM}{UV}RUN uv sync --locked\n",
        "uv sync",
        f"{FROM}{UV}RUN --mount=type=bind,source=pyproject.toml,target=pyproject.toml"
        " --mount=type=bind,source=uv.lock,target=uv.lock uv sync --locked\n",
        LOCKED,
        says="pyproject.toml and uv.lock are not there",
    ),
    "a lock": Fires(f"{FROM}{UV}COPY pyproject.toml .\nRUN uv sync --frozen", "uv sync", says="uv.lock is not there"),
    "a list for uv": Fires(f"{FROM}RUN uv pip sync --system r.txt", "r.txt"),
    "Poetry": Fires(f"{FROM}RUN poetry install --no-root\nCOPY . .", "poetry install"),
    "PDM": Fires(f"{FROM}RUN pdm sync --prod\nCOPY . .", "pdm sync"),
    "Pipenv": Fires(f"{FROM}COPY Pipfile .\nRUN pipenv sync", "pipenv sync", says="Pipfile.lock is not there"),
    "a project": Fires(f"{FROM}COPY src src\nRUN pip install '.[web]'", "'.[web]'", files={"src/a.py": "", "setup.py": ""}),
    "an editable one": Fires(f"{FROM}COPY pyproject.toml .\nRUN pip install -e ./lib", "./lib", files=LOCKED),
}  # fmt: skip
QUIET = {
    "copied": Quiet(f"{FROM}COPY requirements.txt .\nRUN pip install -r requirements.txt", LIST),
    "copied with all": Quiet(f"{FROM}COPY . .\nRUN pip install -r requirements.txt", LIST),
    "mounted": Quiet(f"{FROM}RUN --mount=type=bind,source=requirements.txt,target=r.txt pip install -r r.txt", LIST),
    "all of it mounted": Quiet(f"{FROM}RUN --mount=target=. pip install -r requirements.txt", LIST),
    "from a stage": Quiet(f"{FROM}COPY --from=x /r.txt ./\nRUN pip install -r r.txt"),
    "exported": Quiet(f"{FROM}RUN uv export -o r.txt\nRUN pip install -r r.txt"),
    "exported in the same line": Quiet(f"{FROM}COPY pyproject.toml .\nRUN poetry export > r.txt && pip install -r r.txt"),
    "downloaded": Quiet(f"{FROM}ADD https://a.example/r.txt r.txt\nRUN pip install -r r.txt"),
    "an address": Quiet(f"{FROM}RUN pip install -r https://a.example/r.txt"),
    "standard input": Quiet(f"{FROM}RUN echo a==1 | uv pip install -r -"),
    "a base that nobody knows": Quiet("FROM team/base\nRUN pip install -r requirements.txt"),
    "a program": Quiet(f"{FROM}RUN ./prepare && pip install -r requirements.txt"),
    "an argument": Quiet(f"{FROM}ARG R\nRUN pip install -r $R"),
    "if it is there": Quiet(f"{FROM}RUN if [ -f r.txt ]; then pip install -r r.txt; fi"),
    "a project above": Quiet(f"{FROM}COPY pyproject.toml uv.lock ./\nWORKDIR /app/sub\n{UV}RUN uv sync --locked", LOCKED),
    "a directory that is named": Quiet(f"{FROM}COPY a/pyproject.toml a/uv.lock a/\n{UV}RUN uv sync --locked --project a"),
    "a directory that nobody knows": Quiet(f"{FROM}ENV UV_PROJECT=/x\n{UV}RUN uv sync --locked"),
    "no lock is asked for": Quiet(f"{FROM}{UV}COPY pyproject.toml .\nRUN uv sync"),
    "a script": Quiet(f"{FROM}{UV}COPY a.py .\nRUN uv sync --script a.py"),
    "a wheel": Quiet(f"{FROM}RUN pip install ./dist/a-1-py3-none-any.whl"),
    "a wheel of any name": Quiet(f"{FROM}RUN pip install /wheels/*"),
    "setup.py alone": Quiet(f"{FROM}COPY setup.py .\nRUN pip install ."),
    "Pipenv without a lock": Quiet(f"{FROM}COPY Pipfile .\nRUN pipenv install"),
    "Pipenv, told where": Quiet(f"{FROM}ENV PIPENV_PIPFILE=/x/Pipfile\nRUN pipenv install --deploy"),
    "another directory of the same name": Quiet(
        f"{FROM}COPY . .\nRUN pip install -r requirements.txt", {"backend/requirements.txt": "", "main.py": ""}
    ),
}  # fmt: skip

test_fires, test_quiet = rule_tests("uncopied-input", FIRES, QUIET)
