from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"
USER = f"{FROM}RUN useradd --no-create-home app\nUSER app\n"

FIRES = {
    "started": Fires(
        f'{USER}CMD ["uv", "run", "--no-sync", "a.py"]',
        '"uv", "run"',
        f'{USER}CMD ["uv", "run", "--no-cache", "--no-sync", "a.py"]',
        says="`app` has no home",
    ),
    "while it is built": Fires(
        f"{USER}RUN cd /a && uv pip install --system -r requirements.txt",
        "uv pip install",
        f"{USER}RUN cd /a && uv pip install --no-cache --system -r requirements.txt",
    ),
    "a number that no account has": Fires(
        f"{FROM}USER 1234:1234\nENTRYPOINT exec uv run --no-sync a.py",
        "uv run",
        f"{FROM}USER 1234:1234\nENTRYPOINT exec uv run --no-cache --no-sync a.py",
        says="1234",
    ),
}
QUIET = {
    "a home": f'{FROM}RUN useradd -m app\nUSER app\nCMD ["uv", "run", "a.py"]',
    "a number that an account has": f'{FROM}RUN useradd -m -u 1234 app\nUSER 1234\nCMD ["uv", "run", "a.py"]',
    "one of the base": f'{FROM}USER www-data\nCMD ["uv", "run", "a.py"]',
    "an account that cannot be read": f'{FROM}ARG N\nRUN useradd -m -u $N a\nUSER 1234\nCMD ["uv", "run", "a.py"]',
    "no cache": f'{USER}CMD ["uv", "run", "--no-cache", "a.py"]',
    "a variable": f'{USER}ENV UV_CACHE_DIR=/tmp/uv\nCMD ["uv", "run", "a.py"]',
    "another home": f'{FROM}USER 1234\nENV HOME=/tmp\nCMD ["uv", "run", "a.py"]',
    "a mount": f"{USER}RUN --mount=type=cache,target=/home/app/.cache/uv,uid=1000 uv sync",
    "root": f'{FROM}CMD ["uv", "run", "a.py"]',
    "before the user changes": f"{FROM}RUN uv sync\nRUN useradd app\nUSER app\n",
    "an image that nobody knows": 'FROM registry.example/base\nUSER 1234\nCMD ["uv", "run", "a.py"]',
    "an image with an account of that number": 'FROM ubuntu:24.04\nUSER 1000\nCMD ["uv", "run", "a.py"]',
    "a home that is made": f'{FROM}RUN useradd app && mkdir -p /home/app\nUSER app\nCMD ["uv", "run", "a.py"]',
    "accounts of another image": f'{FROM}COPY --from=a /etc/passwd /etc/passwd\nUSER 1234\nCMD ["uv", "run", "a.py"]',
}

test_fires, test_quiet = rule_tests("unwritable-uv-cache", FIRES, QUIET)
