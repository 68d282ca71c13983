from tests.lint.cases import Fires, Quiet, rule_tests


def service(*volumes: str, more: str = "") -> str:
    return "services:\n  web:\n    build: .\n    volumes:\n" + "".join(f"      - {each}\n" for each in volumes) + more


def dockerfile(*lines: str, cmd: str = '["python", "main.py"]') -> dict[str, str]:
    return {"Dockerfile": "\n".join(("FROM python:3.13-slim", "WORKDIR /app", *lines, f"CMD {cmd}"))}


UV = dockerfile("RUN uv sync --locked")
FIRES = {
    "uv's": Fires(service(".:/app"), ".:/app", files=UV, says="hides /app/.venv"),
    "copied from a builder": Fires(
        service("{type: bind, source: ., target: /srv/}"),
        "{type: bind, source: ., target: /srv/}",
        files={
            "Dockerfile": "FROM python:3.13-slim AS b\nWORKDIR /app\nRUN uv sync\nFROM python:3.13-slim\nCOPY --from=b /app /srv\nCMD a\n"
        },
        says="/srv/.venv",
    ),
    "its own command": Fires(
        service("./:/app", more="    command: gunicorn a:b\n"),
        "./:/app",
        files=dockerfile("RUN python -m venv /app/venv", cmd='["uv", "run", "a"]'),
        says="/app/venv",
    ),
}
QUIET = {
    "a volume on it": Quiet(service(".:/app", "/app/.venv"), UV),
    "a volume on it that is named": Quiet(service(".:/app", "venv:/app/.venv"), UV),
    "elsewhere": Quiet(service(".:/app"), dockerfile("ENV UV_PROJECT_ENVIRONMENT=/opt/venv", "RUN uv sync --locked")),
    "a part": Quiet(service("./src:/app/src"), UV),
    "no bind mount": Quiet(service("data:/app"), UV),
    "it installs at its start": Quiet(
        service(".:/app"), dockerfile("RUN uv sync --locked", cmd='["uv", "run", "main.py"]')
    ),
    "a script": Quiet(service(".:/app"), dockerfile("RUN uv sync --locked", cmd='["./start.sh"]')),
    "no environment": Quiet(service(".:/app"), dockerfile("RUN pip install -r requirements.txt")),
    "no Dockerfile": service(".:/app"),
}

test_fires, test_quiet = rule_tests("mount-hides-environment", FIRES, QUIET)
