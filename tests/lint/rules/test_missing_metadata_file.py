from tests.lint.cases import Fires, Quiet, rule_tests


def project(metadata: str, backend: str = "hatchling.build") -> dict[str, str]:
    return {
        "pyproject.toml": f'[project]\nname = "shop"\nversion = "1"\n{metadata}\n[build-system]\nbuild-backend = "{backend}"\n',
        "README.md": "",
        "LICENSE": "",
        "src/shop/__init__.py": "",
    }


README = project('readme = "README.md"')
FROM = "FROM python:3.13-slim-trixie\nWORKDIR /app\n"
COPY = f"{FROM}COPY pyproject.toml ./\nCOPY src src\n"
MOUNT = "RUN --mount=type=bind,source=pyproject.toml,target=pyproject.toml"

FIRES = {
    "not copied": Fires(
        f"{COPY}RUN pip install .",
        "pip install",
        f"{FROM}COPY pyproject.toml README.md ./\nCOPY src src\nRUN pip install .",
        README,
        says="(pyproject.toml:4)",
    ),
    "not sent": Fires(
        f"{FROM}COPY . .\nRUN pip install .",
        "pip install",
        f"{FROM}COPY . .\nRUN pip install .",
        {**README, ".dockerignore": "*.md\n"},
        changes={".dockerignore": "*.md\n!README.md\n"},
    ),
    "not mounted": Fires(
        f"{FROM}COPY src src\n{MOUNT} uv sync --locked --no-editable",
        "uv sync",
        f"{FROM}COPY src src\n{MOUNT} --mount=type=bind,source=README.md,target=README.md uv sync --locked --no-editable",
        README,
    ),
    "a table": Fires(
        f"{COPY}RUN pip install .",
        "pip install",
        f"{FROM}COPY pyproject.toml README.md ./\nCOPY src src\nRUN pip install .",
        project('readme = { file = "README.md", content-type = "text/markdown" }', "uv_build"),
    ),
    "the licence": Fires(
        f"{FROM}COPY pyproject.toml .\nCOPY src src\nRUN pip install .",
        "pip install",
        f"{FROM}COPY pyproject.toml LICENSE ./\nCOPY src src\nRUN pip install .".replace("LICENSE ./", "LICENSE ."),
        project('license-files = ["LICENSE"]', "flit_core.buildapi"),
    ),
    "it is nowhere": Fires(
        f"{COPY}RUN pip install .", "pip install", files=project('license = { file = "COPYING" }', "pdm.backend")
    ),
}
QUIET = {
    "copied": Quiet(f"{FROM}COPY pyproject.toml README.md ./\nCOPY src src\nRUN pip install .", README),
    "all is copied": Quiet(f"{FROM}COPY . .\nRUN pip install .", README),
    "taken back": Quiet(f"{FROM}COPY . .\nRUN pip install .", {**README, ".dockerignore": "*.md\n!README.md"}),
    "made": Quiet(f"{COPY}RUN touch README.md\nRUN pip install .", README),
    "dependencies alone": Quiet(f"{COPY}RUN uv sync --locked --no-install-project", README),
    "no package": Quiet(
        f"{COPY}RUN uv sync --locked", {**README, "pyproject.toml": '[project]\nreadme = "README.md"\n'}
    ),
    "setuptools": Quiet(f"{COPY}RUN pip install .", project('readme = "README.md"', "setuptools.build_meta")),
    "a text": Quiet(f"{COPY}RUN pip install .", project('readme = { text = "x", content-type = "text/plain" }')),
    "an expression": Quiet(f"{COPY}RUN pip install .", project('license = "MIT"')),
    "files that Hatch does not insist on": Quiet(f"{COPY}RUN pip install .", project('license-files = ["LICENSE"]')),
    "a pattern": Quiet(f"{COPY}RUN pip install .", project('license-files = ["LICEN*"]', "uv_build")),
    "no source either": Quiet(f"{FROM}COPY pyproject.toml ./\nRUN pip install .", README),
    "it is named and ignored": Quiet(
        f"{FROM}COPY pyproject.toml README.md ./\nCOPY src src\nRUN pip install .", {**README, ".dockerignore": "*.md"}
    ),
}

test_fires, test_quiet = rule_tests("missing-metadata-file", FIRES, QUIET)
