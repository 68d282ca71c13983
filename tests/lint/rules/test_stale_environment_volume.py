from tests.lint.cases import Fires, Quiet, rule_tests


def service(volume: str, command: str = "gunicorn a:b") -> str:
    return (
        f"services:\n  web:\n    image: shop\n    command: {command}\n    volumes:\n      - .:/app\n      - {volume}\n"
    )


BUILT = "services:\n  web:\n    build: .\n    volumes:\n      - /app/.venv\n"
FIRES = {
    "without a name": Fires(service("/app/.venv"), "/app/.venv"),
    "with a name": Fires(service("venv:/app/.venv/"), "venv:/app/.venv/"),
    "a table": Fires(service("{type: volume, target: /opt/venv}"), "{type: volume, target: /opt/venv}"),
    "what the image runs": Fires(
        BUILT, "/app/.venv", files={"Dockerfile": 'FROM python:3.13-slim\nCMD ["gunicorn", "a:b"]\n'}
    ),
}
QUIET = {
    "uv run": service("/app/.venv", "uv run main.py"),
    "uv sync first": service("/app/.venv", "sh -c 'uv sync && gunicorn a:b'"),
    "somebody works in it": service("/app/.venv", "sleep infinity"),
    "a script": service("/app/.venv", "./start.sh"),
    "a directory of the host": service("./.venv:/app/.venv"),
    "a directory that a variable names": service("${VENV}:/app/.venv"),
    "data": service("/app/data"),
    "uv run of the image": Quiet(BUILT, {"Dockerfile": 'FROM python:3.13-slim\nCMD ["uv", "run", "a"]\n'}),
    "what nobody knows": BUILT,
}

test_fires, test_quiet = rule_tests("stale-environment-volume", FIRES, QUIET)
