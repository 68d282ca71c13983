from tests.lint.cases import Fires, rule_tests

FROM = "FROM debian:trixie-slim\n"

FIRES = {
    "uv's": Fires(f"{FROM}RUN curl -LsSf https://astral.sh/uv/install.sh | sh\n", "sh", says="astral.sh"),
    "Poetry's": Fires(f"{FROM}RUN a && curl -sSL https://install.python-poetry.org | python3 - && b\n", "python3"),
    "another one, as another user": Fires(
        f"{FROM}USER app\nRUN wget -qO- https://get.example/a | env A=1 bash -s -- -y\n", "bash", says="`app`"
    ),
    "a substitution": Fires(f'{FROM}RUN sh -c "$(curl -fsSL https://get.example/install.sh)"\n', "sh"),
}
QUIET = {
    "a version in the URL": f"{FROM}RUN curl -LsSf https://astral.sh/uv/0.9.0/install.sh | sh",
    "a variable in the URL": f"{FROM}RUN curl -LsSf https://astral.sh/uv/${{UV_VERSION}}/install.sh | sh",
    "a variable": f"{FROM}ENV POETRY_VERSION=2.1.0\nRUN curl -sSL https://install.python-poetry.org | python3 -",
    "a variable of the command": f"{FROM}RUN curl -sSL https://install.python-poetry.org | POETRY_VERSION=2.1.0 python3 -",
    "an option": f"{FROM}RUN curl -sSL https://install.python-poetry.org | python3 - --version 2.1.0",
    "a file": f"{FROM}RUN curl -o a https://get.example/a",
    "into another program": f"{FROM}RUN curl https://get.example/a.tgz | tar xz",
    "a pipe without a network": f"{FROM}RUN cat a | sh",
    "a commit": f"{FROM}RUN curl https://git.example/0123456789012345678901234567890123456789/a.sh | sh",
}

test_fires, test_quiet = rule_tests("piped-installer", FIRES, QUIET)
