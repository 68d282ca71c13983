from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"
ENV = "ENV PYTHONUNBUFFERED=1\n"

FIRES = {
    "a script": Fires(
        f'{FROM}# start\nCMD ["python", "a.py", "-u"]',
        "CMD",
        f'{FROM}{ENV}# start\nCMD ["python", "a.py", "-u"]',
    ),
    "a module, behind a manager": Fires(
        f'{FROM}ENV PYTHONUNBUFFERED=\nENTRYPOINT ["uv", "run", "--no-sync", "python3", "-X", "dev", "-m", "a"]',
        "ENTRYPOINT",
        f'{FROM}ENV PYTHONUNBUFFERED=\n{ENV}ENTRYPOINT ["uv", "run", "--no-sync", "python3", "-X", "dev", "-m", "a"]',
    ),
    "a project that prints": Fires(
        f'{FROM}CMD ["python", "a.py"]',
        "CMD",
        f'{FROM}{ENV}CMD ["python", "a.py"]',
        {"a.py": "import b\n", "b.py": "print(1)\n"},
    ),
    "started in the stage below": Fires(f'{FROM[:-1]} AS a\nCMD ["python", "a.py"]\nFROM a\n', "CMD"),
}
QUIET = {
    "a project that prints nothing": Quiet(f'{FROM}CMD ["python", "a.py"]', {"a.py": "import logging\n"}),
    "for development": Quiet(f'{FROM}CMD ["python", "a.py"]', path="Dockerfile.dev"),
    "a variable": f'{FROM}ENV PYTHONUNBUFFERED=1\nCMD ["python", "a.py"]',
    "any value": f'{FROM}ENV PYTHONUNBUFFERED=0\nCMD ["python", "a.py"]',
    "a variable of the command": f"{FROM}CMD PYTHONUNBUFFERED=1 exec python a.py",
    "an option": f'{FROM}CMD ["python", "-u", "a.py"]',
    "among others": f'{FROM}CMD ["python", "-Bu", "-m", "a"]',
    "options that nobody knows": f"{FROM}CMD exec python $OPTIONS a.py",
    "a script that starts it": f'{FROM}ENTRYPOINT ["/start.sh"]\nCMD ["python", "a.py"]',
    "a server, whose lines are flushed": f'{FROM}CMD ["gunicorn", "a:b"]',
    "such a server, as a module": f'{FROM}CMD ["python", "-m", "uvicorn", "a:b"]',
    "another program": f'{FROM}CMD ["nginx", "-g", "daemon off;"]',
    "a base that may set it": 'FROM registry.example/python\nCMD ["python", "a.py"]',
    "nothing is started": FROM,
}

test_fires, test_quiet = rule_tests("buffered-output", FIRES, QUIET)
