from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim-trixie\nWORKDIR /app\n"
ALL = f"{FROM}COPY . .\n"


def project(version: str, backend: str = "hatchling.build", requires: str = "hatch-vcs") -> dict[str, str]:
    return {
        "pyproject.toml": f'[project]\nname = "shop"\ndynamic = ["version"]\n{version}\n[build-system]\n'
        f'requires = ["{requires}"]\nbuild-backend = "{backend}"\n',
        "shop/__init__.py": "",
        ".git/HEAD": "",
        ".dockerignore": ".git\n",
    }


HATCH = project('[tool.hatch.version]\nsource = "vcs"')
SCM = project("[tool.setuptools_scm]", "setuptools.build_meta", "setuptools-scm")
PDM = project('[tool.pdm.version]\nsource = "scm"', "pdm.backend", "pdm-backend")
ARG = "ARG SETUPTOOLS_SCM_PRETEND_VERSION=0.0.0\n"

FIRES = {
    "not sent": Fires(f"{ALL}# why\nRUN pip install .", "pip install", f"{ALL}{ARG}# why\nRUN pip install .", HATCH),
    "not copied": Fires(
        f"{FROM}COPY pyproject.toml ./\nCOPY shop shop\nRUN uv sync --locked",
        "uv sync",
        f"{FROM}COPY pyproject.toml ./\nCOPY shop shop\n{ARG}RUN uv sync --locked",
        {**SCM, ".dockerignore": ""},
    ),
    "PDM": Fires(
        f"{ALL}RUN pip install .", "pip install", f"{ALL}ARG PDM_BUILD_SCM_VERSION=0.0.0\nRUN pip install .", PDM
    ),
}
QUIET = {
    "sent": Quiet(f"{ALL}RUN pip install .", {**HATCH, ".dockerignore": "*.md\n"}),
    "mounted": Quiet(
        f"{FROM}COPY pyproject.toml ./\nCOPY shop shop\nRUN --mount=type=bind,source=.git,target=.git pip install .",
        {**HATCH, ".dockerignore": ""},
    ),
    "given": Quiet(f"{ALL}{ARG}RUN pip install .", HATCH),
    "given to this project": Quiet(f"{ALL}ENV SETUPTOOLS_SCM_PRETEND_VERSION_FOR_SHOP=1\nRUN pip install .", SCM),
    "given to the command": Quiet(f"{ALL}RUN PDM_BUILD_SCM_VERSION=1 pip install .", PDM),
    "given by an argument": Quiet(f"{ALL}ARG SETUPTOOLS_SCM_PRETEND_VERSION\nRUN pip install .", HATCH),
    "a fallback": Quiet(
        f"{ALL}RUN pip install .", project('[tool.hatch.version]\nsource = "vcs"\nfallback-version = "0"')
    ),
    "a version": Quiet(
        f"{ALL}RUN pip install .",
        {
            **HATCH,
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n[build-system]\nrequires = ["setuptools-scm"]\n',
        },
    ),
    "dependencies alone": Quiet(f"{ALL}RUN uv sync --locked --no-install-project", HATCH),
    "no checkout": Quiet(f"{ALL}RUN pip install .", {k: v for k, v in HATCH.items() if k != ".git/HEAD"}),
    "git is asked here": Quiet(f"{ALL}RUN git init && git commit\nRUN pip install .", HATCH),
}

test_fires, test_quiet = rule_tests("version-without-git", FIRES, QUIET)
