from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"
UVICORN = 'CMD ["uvicorn", "a:b", "--host", "0.0.0.0", "--port", "8080"]\n'
SERVICE = "services:\n  a:\n    build: .\n    {}\n"
MAIN = {"Dockerfile": f"{FROM}{UVICORN}", "main.py": ""}

FIRES = {
    "EXPOSE": Fires(f"{FROM}EXPOSE 8000/tcp\n{UVICORN}", "8000/tcp", says="8080"),
    "a default": Fires(f'{FROM}EXPOSE 80\nCMD ["flask", "run", "--host=0.0.0.0"]\n', "80", says="5000"),
    "a bind": Fires(
        f'{FROM}ENV P=5000\nEXPOSE $P\nCMD ["gunicorn", "-b", "0.0.0.0:8000", "a:b"]\n',
        "$P",
        says="8000",
        files={"main.py": ""},
    ),
    "one that listens everywhere": Fires(
        f'{FROM}EXPOSE 8501\nENTRYPOINT ["streamlit", "run"]\nCMD ["a.py", "--server.port=80"]\n', "8501", says="on 80"
    ),
    "a health check": Fires(
        f"{FROM}HEALTHCHECK CMD python -c \"import urllib.request as u; u.urlopen('http://localhost:8000/')\"\n{UVICORN}",
        "\"import urllib.request as u; u.urlopen('http://localhost:8000/')\"",
        severity="error",
    ),
    "a service": Fires(
        SERVICE.format('ports: ["80:8000"]'),
        '"80:8000"',
        files=MAIN,
        path="compose.yaml",
        says="port 8000 of the container",
    ),
    "a service's health check": Fires(
        SERVICE.format("healthcheck: {test: curl -f http://127.0.0.1:5000/}"),
        "http://127.0.0.1:5000/",
        files=MAIN,
        path="compose.yaml",
        severity="error",
    ),
}
QUIET = {
    "the same": f"{FROM}EXPOSE 8080\n{UVICORN}",
    "among others": f"{FROM}EXPOSE 9090 8080\n{UVICORN}",
    "a range": f"{FROM}EXPOSE 8000-8090\n{UVICORN}",
    "the default": f'{FROM}EXPOSE 8000\nCMD ["uvicorn", "a:b"]',
    "a variable may say another": f'{FROM}ENV UVICORN_PORT=80\nEXPOSE 80\nCMD ["uvicorn", "a:b"]',
    "what nobody knows": f"{FROM}EXPOSE 80\nCMD exec uvicorn a:b --port $PORT",
    "a configuration": Quiet(f'{FROM}EXPOSE 80\nCMD ["gunicorn", "a:b"]', {"gunicorn.conf.py": "bind = ':80'\n"}),
    "a configuration of streamlit's": Quiet(
        f'{FROM}EXPOSE 80\nCMD ["streamlit", "run", "a.py"]',
        {".streamlit/config.toml": "[server]\nport = 80\n", "a.py": ""},
    ),
    "a default of another": f'{FROM}EXPOSE 8080\nCMD ["waitress-serve", "a:b"]',
    "a socket": f'{FROM}EXPOSE 80\nCMD ["uvicorn", "a:b", "--uds", "/run/a"]',
    "another program": f'{FROM}EXPOSE 80\nCMD ["python", "a.py"]',
    "two binds": Quiet(f'{FROM}EXPOSE 80\nCMD ["gunicorn", "-b", ":1", "-b", ":80", "a:b"]', {"main.py": ""}),
    "another machine is asked": f"{FROM}HEALTHCHECK CMD curl http://db:5432\n{UVICORN}",
    "a service with its own command": Quiet(SERVICE.format('command: a\n    ports: ["80:8000"]'), MAIN, "compose.yaml"),
    "a service that sets the port": Quiet(
        SERVICE.format('environment: {UVICORN_PORT: 8000}\n    ports: ["80:8000"]'),
        {"Dockerfile": f'{FROM}CMD ["uvicorn", "a:b"]', "main.py": ""},
        "compose.yaml",
    ),
    "a service that gives a variable of the command another value": Quiet(
        SERVICE.format('environment: {PORT: 8000}\n    ports: ["80:8000"]'),
        {"Dockerfile": f'{FROM}ENV PORT=8080\nCMD uvicorn a:b --port "${{PORT}}"', "main.py": ""},
        "compose.yaml",
    ),
    "a service, the same": Quiet(SERVICE.format('ports: ["5678", "127.0.0.1:80:8080"]'), MAIN, "compose.yaml"),
    "a service, a variable": Quiet(SERVICE.format('ports: ["80:${PORT}"]'), MAIN, "compose.yaml"),
    "a service's health check of another service": Quiet(
        f"{SERVICE.format('ports: [8080]')}  b:\n    image: c\n    healthcheck: {{test: curl http://localhost:1}}\n",
        MAIN,
        "compose.yaml",
    ),
}

test_fires, test_quiet = rule_tests("unserved-port", FIRES, QUIET)
