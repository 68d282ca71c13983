from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim-trixie\n"

FIRES = {
    "pip": Fires(f"{FROM}RUN pip install --no-cache-dir flask 'uvicorn[standard]'", "flask", says="`flask`, `uvicorn`"),
    "an upper bound": Fires(f"{FROM}RUN pip install 'playwright~=1.56.0' pip", "'playwright~=1.56.0'", severity="info"),
    "a range": Fires(
        f"{FROM}RUN /v/bin/pip install 'flask>=3' gunicorn==23",
        "'flask>=3'",
        severity="warning",
        says="the newest that it allows",
    ),
    "uv": Fires(f"{FROM}RUN uv pip install --system -r a.txt ruff", "ruff", severity="warning"),
    "a tool": Fires(f"{FROM}RUN uv tool install ruff", "ruff"),
    "pip itself": Fires(f"{FROM}RUN pip install -U pip setuptools", "pip", severity="info"),
    "many": Fires(f"{FROM}RUN pip wheel a b c d e", "a", says="and 2 more"),
    "conda": Fires("FROM x\nRUN conda install -y -c conda-forge python=3.12 numpy", "numpy"),
}
QUIET = {
    "pinned": f"{FROM}RUN pip install flask==3.1.0 'uvicorn[standard]==0.30'",
    "a list": f"{FROM}RUN pip install -r requirements.txt",
    "constraints": f"{FROM}RUN pip install -c constraints.txt flask",
    "constraints of the environment": f"{FROM}ENV PIP_CONSTRAINT=/c.txt\nRUN pip install flask",
    "no index": f"{FROM}RUN pip install --no-index --find-links /wheels flask",
    "a day": f"{FROM}RUN uv pip install --exclude-newer 2026-01-01 flask",
    "a file": f"{FROM}RUN pip install ./a.whl /wheels/*.whl b-1.0.tar.gz",
    "a directory": f"{FROM}RUN pip install . .[web] -e ./lib",
    "an address": f"{FROM}RUN pip install git+https://a.example/b@1234 'c @ https://a.example/c.whl'",
    "a variable": f"{FROM}ARG W\nRUN pip install $W poetry==$W",
    "another command": f"{FROM}RUN pip uninstall -y flask && uv pip compile a.in",
    "an exact version of each": f"{FROM}RUN uv tool install 'ruff==0.14.1' && pip install -U 'pip==25.3'",
    "hashes": f"{FROM}RUN pip install --require-hashes 'flask<4'",
    "conda, pinned": "FROM x\nRUN conda install numpy=2.1 conda-forge::scipy",
    "conda, a file": "FROM x\nRUN conda env create -f environment.yml && conda install --file a.txt",
    "the interpreter": f"{FROM}RUN uv python install 3.13",
}

test_fires, test_quiet = rule_tests("unpinned-install", FIRES, QUIET)
