from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "Flask": Fires(f'{FROM}CMD ["flask", "--app", "a", "run", "--host=0.0.0.0"]', '"run"', severity="warning"),
    "Flask, which debugs": Fires(
        f"{FROM}ENV FLASK_DEBUG=1\nCMD exec flask run --host=0.0.0.0", "run", severity="error"
    ),
    "Django": Fires(f'{FROM}CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]', '"runserver"'),
    "FastAPI": Fires(
        f'{FROM}CMD ["fastapi", "dev", "--host", "0.0.0.0", "a.py"]',
        '"dev"',
        f'{FROM}CMD ["fastapi", "run", "--host", "0.0.0.0", "a.py"]',
    ),
    "it watches files": Fires(
        f'{FROM}CMD ["uvicorn", "a:b", "--reload", "--host", "0.0.0.0"]',
        '"--reload"',
        f'{FROM}CMD ["uvicorn", "a:b", "--host", "0.0.0.0"]',
    ),
    "it watches files, in a shell": Fires(
        f"{FROM}CMD exec gunicorn -b :8000 a:b --reload\n", "--reload", f"{FROM}CMD exec gunicorn -b :8000 a:b\n"
    ),
}
QUIET = {
    "uvicorn": f'{FROM}CMD ["uvicorn", "a:b", "--host", "0.0.0.0"]',
    "fastapi run": f'{FROM}CMD ["fastapi", "run", "a.py"]',
    "another command of Django's": f'{FROM}CMD ["python", "manage.py", "migrate"]',
    "another command of Flask's": f'{FROM}CMD ["flask", "db", "upgrade"]',
    "a file for development": Quiet(f'{FROM}CMD ["uvicorn", "a:b", "--reload"]', path="Dockerfile.dev"),
    "a directory for development": Quiet(f'{FROM}CMD ["flask", "run"]', path="dev/Dockerfile"),
    "a stage for development": f'{FROM[:-1]} AS development\nCMD ["uvicorn", "a:b", "--reload"]',
    "another stage": f'{FROM[:-1]} AS dev\nCMD ["uvicorn", "a:b", "--reload"]\n{FROM}CMD ["uvicorn", "a:b"]',
    "while it is built": f"{FROM}RUN flask run",
    "overridden": f'{FROM}CMD ["flask", "run"]\nCMD ["gunicorn", "a:b"]',
    "what nobody knows": f"{FROM}CMD exec uvicorn a:b $OPTIONS",
    "a health check": f"{FROM}HEALTHCHECK CMD flask run",
}

test_fires, test_quiet = rule_tests("development-server", FIRES, QUIET)
