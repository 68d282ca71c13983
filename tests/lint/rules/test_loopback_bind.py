from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "uvicorn": Fires(
        f'{FROM}CMD ["uvicorn", "a:b"]', '"uvicorn"', f'{FROM}CMD ["uvicorn", "a:b", "--host", "0.0.0.0"]'
    ),
    "gunicorn, in a shell, as a module": Fires(
        f"{FROM}CMD exec python -m gunicorn a:b",
        "gunicorn",
        f"{FROM}CMD exec python -m gunicorn a:b --bind 0.0.0.0:8000",
    ),
    "behind a manager": Fires(
        f'{FROM}CMD ["uv", "run", "--no-sync", "flask", "--app", "a", "run"]',
        '"run"',
        f'{FROM}CMD ["uv", "run", "--no-sync", "flask", "--app", "a", "run", "--host", "0.0.0.0"]',
    ),
    "told so": Fires(
        f'{FROM}CMD ["uvicorn", "a:b", "--host=localhost"]',
        '"--host=localhost"',
        f'{FROM}CMD ["uvicorn", "a:b", "--host=0.0.0.0"]',
    ),
    "with a port": Fires(
        f'{FROM}CMD ["gunicorn", "-b", "127.0.0.1:80", "a:b"]',
        '"127.0.0.1:80"',
        f'{FROM}CMD ["gunicorn", "-b", "0.0.0.0:80", "a:b"]',
    ),
    "Django": Fires(
        f'{FROM}CMD ["python", "manage.py", "runserver", "8000"]',
        '"runserver"',
        f'{FROM}CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]',
    ),
    "one that listens everywhere, told so": Fires(
        f'{FROM}CMD ["streamlit", "run", "a.py", "--server.address=localhost"]',
        '"--server.address=localhost"',
        f'{FROM}CMD ["streamlit", "run", "a.py", "--server.address=0.0.0.0"]',
    ),
    "an entry point": Fires(
        f'{FROM}ENTRYPOINT ["uvicorn"]\nCMD ["a:b"]',
        '"uvicorn"',
        f'{FROM}ENTRYPOINT ["uvicorn"]\nCMD ["a:b", "--host", "0.0.0.0"]',
    ),
}
QUIET = {
    "everywhere": f'{FROM}CMD ["uvicorn", "a:b", "--host", "0.0.0.0"]',
    "a bind": f'{FROM}CMD ["gunicorn", "-b:8000", "a:b"]',
    "a variable": f'{FROM}ENV UVICORN_HOST=0.0.0.0\nCMD ["uvicorn", "a:b"]',
    "gunicorn's port": f'{FROM}ENV PORT=8000\nCMD ["gunicorn", "a:b"]',
    "a configuration": f'{FROM}CMD ["gunicorn", "-c", "g.py", "a:b"]',
    "one that it reads itself": Quiet(f'{FROM}CMD ["gunicorn", "a:b"]', {"gunicorn.conf.py": "bind = ':80'"}),
    "a socket": f'{FROM}CMD ["uvicorn", "a:b", "--uds", "/run/a"]',
    "what nobody knows": f"{FROM}CMD uvicorn a:b $OPTIONS",
    "another stage": f'{FROM}CMD ["uvicorn", "a:b"]\nFROM x\nCMD ["nginx"]',
    "a server that listens everywhere": f'{FROM}CMD ["fastapi", "run", "a.py"]',
    "a configuration of Flask's": Quiet(f'{FROM}CMD ["flask", "run"]', {".flaskenv": "FLASK_RUN_HOST=0.0.0.0\n"}),
    "streamlit": f'{FROM}CMD ["streamlit", "run", "a.py"]',
    "waitress": f'{FROM}CMD ["waitress-serve", "a:b"]',
    "a health check": f'{FROM}HEALTHCHECK CMD curl localhost:8000\nCMD ["uvicorn", "a:b", "--host", "::"]',
    "Django, everywhere": f'{FROM}CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]',
    "another command of Django's": f'{FROM}CMD ["python", "manage.py", "migrate"]',
}

test_fires, test_quiet = rule_tests("loopback-bind", FIRES, QUIET)
