from tests.lint.cases import Fires, rule_tests

PYTHON = "FROM python:3.13-slim-trixie"
MADE = f"{PYTHON} AS build\nRUN python -m venv /opt/venv\n"
PIP = "RUN pip install --no-cache-dir -r requirements.txt\n"
COPY = f"{PYTHON}\nCOPY --from=build /opt/venv /opt/venv\n"

FIRES = {
    "pip": Fires(f"{MADE}{PIP}{COPY}", "pip install --no-cache-dir -r requirements.txt", says="/opt/venv"),
    "in one RUN": Fires(
        f"{PYTHON} AS build\nRUN virtualenv /opt/venv && pip install a==1\n{COPY}", "pip install a==1"
    ),
    "on the path of the last stage alone": Fires(
        f"{MADE}{PIP}{COPY}ENV PATH=/opt/venv/bin:$PATH\n", "pip install --no-cache-dir -r requirements.txt"
    ),
}  # fmt: skip
QUIET = {
    "on the path": f"{MADE}ENV PATH=/opt/venv/bin:$PATH\n{PIP}{COPY}",
    "its own pip": f"{MADE}RUN /opt/venv/bin/pip install a==1\n{COPY}",
    "activated": f"{PYTHON} AS build\nRUN python -m venv /opt/venv && . /opt/venv/bin/activate && pip install a==1\n{COPY}",
    "named by a variable": f"{MADE}ENV VIRTUAL_ENV=/opt/venv\n{PIP}{COPY}",
    "named in an option": f"{MADE}RUN pip --python /opt/venv install a==1\n{COPY}",
    "uv": f"{PYTHON} AS build\nRUN uv venv /opt/venv\n{PIP}{COPY}",
    "nothing is installed": f"{MADE}{COPY}",
    "a tool before it": f"{PYTHON} AS build\nRUN pip install uv==1\nRUN python -m venv /opt/venv\nRUN uv pip install -p /opt/venv a\n{COPY}",
    "it is not copied": f"{MADE}{PIP}{PYTHON}\n",
    "a variable": f"{MADE}ARG P\nRUN $P install a\n{PIP}{COPY}",
}

test_fires, test_quiet = rule_tests("empty-environment", FIRES, QUIET)
