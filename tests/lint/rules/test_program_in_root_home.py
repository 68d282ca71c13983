from tests.lint.cases import Fires, rule_tests

FROM = "FROM debian:trixie-slim\n"
UV = "COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /bin/\n"
USER = "USER 1000\n"
ENV = "ENV UV_PYTHON_INSTALL_DIR=/opt/python\n"

FIRES = {
    "a base without Python": Fires(
        f"{FROM}{UV}RUN uv sync\nRUN uv sync --locked\n{USER}",
        "uv sync",
        f"{FROM}{UV}{ENV}RUN uv sync\nRUN uv sync --locked\n{USER}",
    ),
    "another Python": Fires(
        f"FROM python:3.13-slim\n{UV}RUN uv python install 3.12\n{USER}",
        "uv python install",
        f"FROM python:3.13-slim\n{UV}{ENV}RUN uv python install 3.12\n{USER}",
    ),
    "what pip has left there": Fires(
        f"FROM python:3.13 AS a\nRUN pip install --user b\nFROM python:3.13-slim\nCOPY --from=a /root/.local /root/.local/\n{USER}",
        "/root/.local/",
    ),
    "the program": Fires(
        f'FROM python:3.13-slim\n{USER}CMD ["/root/.venv/bin/python", "a.py"]', '"/root/.venv/bin/python"'
    ),
}
QUIET = {
    "root": f"{FROM}{UV}RUN uv sync\n",
    "another place": f"{FROM}{UV}{ENV}RUN uv sync\n{USER}",
    "a base with Python": f"FROM python:3.13-slim\n{UV}RUN uv sync\n{USER}",
    "Debian's Python": f"{FROM}{UV}RUN apt-get install -y python3\nRUN uv sync\n{USER}",
    "no other Python is brought": f"{FROM}{UV}ENV UV_PYTHON_DOWNLOADS=never\nRUN uv sync\n{USER}",
    "everybody may pass": f"{FROM}{UV}RUN uv sync && chmod 755 /root\n{USER}",
    "another stage": f"{FROM}{UV}RUN uv sync\nFROM python:3.13-slim\n{USER}",
    "by that user": f"{FROM}{UV}{USER}RUN uv sync\n",
    "a base that nobody knows": f"FROM registry.example/base\n{UV}RUN uv python install 3.12\n{USER}",
    "another directory to copy to": f"FROM python:3.13-slim\nCOPY --from=a /root/.local /home/app/.local\n{USER}",
    "Python from another stage": f"{FROM}{UV}COPY --from=a /python /python\nRUN uv sync\n{USER}",
}

test_fires, test_quiet = rule_tests("program-in-root-home", FIRES, QUIET)
