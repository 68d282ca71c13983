from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim AS b\nWORKDIR /app\n"
PIP = "RUN pip install --no-cache-dir -r requirements.txt"
HERE = {"requirements.txt": "flask==3.1.0\n", "main.py": ""}

FIRES = {
    "pip": Fires(
        f"{FROM}COPY . .\n{PIP}\nCMD a",
        "pip install",
        f"{FROM}COPY requirements.txt .\n{PIP}\nCOPY . .\nCMD a",
        HERE,
        says="line 3",
    ),
    "a list in a directory": Fires(
        f"{FROM}COPY . .\nRUN pip install --no-cache-dir -r deps/base.txt",
        "pip install",
        f"{FROM}COPY deps/base.txt deps/\nRUN pip install --no-cache-dir -r deps/base.txt\nCOPY . .",
        {"deps/base.txt": "", "a.py": ""},
    ),
    "an installer before": Fires(f"{FROM}ADD ./ /app/\nRUN pip3 install -U pip && {PIP[4:]}", "pip install"),
    "uv": Fires(f"{FROM}COPY . .\nRUN uv sync --locked", "uv sync"),
    "Poetry": Fires(f"{FROM}COPY . .\nRUN poetry install --only main", "poetry install"),
    "a list that names another": Fires(
        f"{FROM}COPY . .\n{PIP}", "pip install", files={**HERE, "requirements.txt": "-r base.txt"}
    ),
}
QUIET = {
    "the list first": Quiet(f"{FROM}COPY requirements.txt .\n{PIP}\nCOPY . .", HERE),
    "installed before": f"{FROM}COPY uv.lock .\nRUN uv sync --locked --no-install-project\nCOPY . .\nRUN uv sync --locked",
    "the project itself": f"{FROM}COPY . .\nRUN pip install --no-cache-dir .",
    "a part": f"{FROM}COPY src src\n{PIP}",
    "an environment of another stage": f"{FROM}FROM python:3.13-slim\nCOPY --from=b /v /v\nCOPY . .\nRUN uv sync --locked",
    "copied in another stage": f"{FROM}COPY . .\nFROM python:3.13-slim\n{PIP}",
    "an installer": f"{FROM}COPY . .\nRUN pip install uv==0.9.0",
    "names": f"{FROM}COPY . .\nRUN pip install flask",
    "everything of another stage": f"{FROM}COPY --from=x . .\n{PIP}",
    "no source": Quiet(f"{FROM}COPY . .\n{PIP}", {"requirements.txt": ""}),
    "bind mounts": f"{FROM}RUN --mount=type=bind,source=requirements.txt,target=requirements.txt pip install -r requirements.txt\nCOPY . .",
    "a list from elsewhere": f"{FROM}COPY . .\nRUN pip install -r https://files.example/r.txt",
}

test_fires, test_quiet = rule_tests("source-before-dependencies", FIRES, QUIET)
