from tests.lint.cases import Fires, rule_tests

UV = "FROM ghcr.io/astral-sh/uv:0.9.0-debian-slim AS build\nWORKDIR /app\nCOPY . .\n"
SYNC = "RUN uv sync --locked\n"
FINAL = "FROM python:3.13-slim-trixie\n"
COPY = "COPY --from=build /app/.venv /app/.venv\n"
DEBIAN = "FROM debian:trixie AS build\nCOPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /bin/\nWORKDIR /app\nCOPY . .\n"

FIRES = {
    "uv's image": Fires(f"{UV}{SYNC}{FINAL}{COPY}", "COPY --from=build", says="/root/.local/share/uv/python"),
    "Debian": Fires(f"{DEBIAN}{SYNC}FROM debian:trixie\n{COPY}", "COPY --from=build"),
    "another directory": Fires(
        f"{UV}ENV UV_PYTHON_INSTALL_DIR=/python\n{SYNC}{FINAL}{COPY}", "COPY --from=build", says="into /python"
    ),
    "a version is installed": Fires(f"{UV}RUN uv python install 3.13\n{SYNC}{FINAL}{COPY}", "COPY --from=build"),
    "an environment alone": Fires(
        f"{DEBIAN}RUN uv venv /v\n{FINAL}COPY --from=build /v /v", "COPY --from=build"
    ),
}  # fmt: skip
QUIET = {
    "the directory comes along": f"{UV}{SYNC}{FINAL}{COPY}COPY --from=build /root/.local/share/uv /root/.local/share/uv\n",
    "its own directory comes along": f"{UV}ENV UV_PYTHON_INSTALL_DIR=/python\n{SYNC}{FINAL}COPY --from=build /python /python\n{COPY}",
    "one of them": f"{UV}ENV UV_PYTHON_INSTALL_DIR=/python\n{SYNC}{FINAL}COPY --from=build /python/cpython-3.13 /python/x\n{COPY}",
    "a directory that nobody knows": f"{UV}ARG D\nENV UV_PYTHON_INSTALL_DIR=$D\n{SYNC}{FINAL}{COPY}",
    "all of it": f"{UV}{SYNC}{FINAL}COPY --from=build / /\n",
    "an image with a Python": f"{UV.replace('debian-slim', 'python3.13-bookworm')}{SYNC}{FINAL}{COPY}",
    "the official image": f"{DEBIAN.replace('debian:trixie', 'python:3.13')}{SYNC}{FINAL}{COPY}",
    "Debian's own": f"{DEBIAN}RUN apt-get install -y python3\n{SYNC}{FINAL}{COPY}",
    "a Python that is copied": f"{DEBIAN}COPY --from=python:3.13 /usr/local /usr/local\n{SYNC}{FINAL}{COPY}",
    "no downloads": f"{UV}ENV UV_PYTHON_DOWNLOADS=never\n{SYNC}{FINAL}{COPY}",
    "a path is given": f"{UV}ENV UV_PYTHON=/opt/python/bin/python\n{SYNC}{FINAL}{COPY}",
    "a base that nobody knows": f"{UV.replace('ghcr.io/astral-sh/uv:0.9.0-debian-slim', 'team/uv')}{SYNC}{FINAL}{COPY}",
    "no environment": f"{UV}{SYNC}{FINAL}COPY --from=build /app/dist /dist\n",
    "it is installed there": f"{UV}{SYNC}{FINAL}{COPY}RUN uv python install 3.13\n",
    "one stage": f"{UV}{SYNC}",
}

test_fires, test_quiet = rule_tests("managed-python-left-behind", FIRES, QUIET)
