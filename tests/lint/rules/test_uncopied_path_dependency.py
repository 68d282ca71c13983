from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim-trixie\nWORKDIR /app\n"
COPY = f"{FROM}COPY pyproject.toml uv.lock ./\n"
SYNC = "RUN uv sync --frozen --no-install-project"


def package(name: str, source: str, *needs: str) -> str:
    edges = ", ".join(f'{{ name = "{each}" }}' if each[0] != "{" else each for each in needs)
    return f'[[package]]\nname = "{name}"\nversion = "1"\nsource = {source}\ndependencies = [{edges}]\n'


def project(*packages: str) -> dict[str, str]:
    return {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
        "uv.lock": "version = 1\n" + "".join(packages),
        "libs/core/pyproject.toml": "",
        "libs/core/core.py": "",
        "lib/setup.py": "",
        "requirements.txt": "flask==3.1.0\n-e ./lib\n",
        "own.lock": "-e file:.\nflask==3.1.0\n",
    }


SHOP = package("shop", '{ virtual = "." }', "core")
CORE = package("core", '{ editable = "libs/core" }')
FILES = project(SHOP, CORE)

FIRES = {
    "a member": Fires(f"{COPY}{SYNC}", "uv sync", files=FILES, says="/app/libs/core"),
    "of another": Fires(
        f"{COPY}{SYNC}", "uv sync",
        files=project(package("shop", '{ virtual = "." }', "a"), package("a", '{ registry = "x" }', "core"), CORE),
    ),
    "several": Fires(
        f"{COPY}{SYNC}", "uv sync",
        files=project(
            package("shop", '{ editable = "." }', "core", "lib"), CORE, package("lib", '{ directory = "lib" }')
        ),
        says="(and 1 more)",
    ),
    "a list": Fires(
        f"{FROM}COPY requirements.txt .\nRUN pip install -r requirements.txt", "requirements.txt", files=FILES,
        says="(requirements.txt:2)",
    ),
    "Rye's lock": Fires(f"{FROM}COPY own.lock .\nRUN pip install -r own.lock", "own.lock", files=FILES),
}  # fmt: skip
QUIET = {
    "copied": Quiet(f"{COPY}COPY libs libs\n{SYNC}", FILES),
    "all is copied": Quiet(f"{FROM}COPY . .\n{SYNC}", FILES),
    "mounted": Quiet(f"{COPY}{SYNC.replace('RUN', 'RUN --mount=type=bind,source=libs,target=libs')}", FILES),
    "left out": Quiet(f"{COPY}RUN uv sync --frozen --no-install-workspace", FILES),
    "left out too": Quiet(f"{COPY}RUN uv sync --frozen --no-install-local", FILES),
    "by its name": Quiet(f"{COPY}RUN uv sync --frozen --no-install-package core", FILES),
    "not needed": Quiet(f"{COPY}{SYNC}", project(package("shop", '{ virtual = "." }'), CORE)),
    "on some platforms": Quiet(
        f"{COPY}{SYNC}",
        project(package("shop", '{ virtual = "." }', '{ name = "core", marker = "sys_platform == \'win32\'" }'), CORE),
    ),
    "no package": Quiet(f"{COPY}{SYNC}", project(SHOP, package("core", '{ virtual = "libs/core" }'))),
    "a directory that the repository has not": Quiet(
        f"{COPY}{SYNC}", project(SHOP, package("core", '{ directory = "x" }'))
    ),
    "another lock": Quiet(f"{FROM}COPY --from=x /uv.lock ./\n{SYNC}", FILES),
    "a list, and its project": Quiet(
        f"{FROM}COPY requirements.txt .\nCOPY lib lib\nRUN pip install -r requirements.txt", FILES
    ),
    "a list elsewhere": Quiet(f"{FROM}COPY requirements.txt /x/\nRUN pip install -r /x/requirements.txt", FILES),
    "Rye's lock, and all": Quiet(f"{FROM}COPY . .\nRUN pip install -r own.lock", FILES),
}

test_fires, test_quiet = rule_tests("uncopied-path-dependency", FIRES, QUIET)
