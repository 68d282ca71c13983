from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "plain words": Fires(f"{FROM}CMD python 'a b.py'\n", "CMD", f'{FROM}CMD ["python", "a b.py"]\n'),
    "a variable": Fires(f"{FROM}CMD gunicorn -b :$PORT a:b\n", "CMD", f"{FROM}CMD exec gunicorn -b :$PORT a:b\n"),
    "several": Fires(f"{FROM}ENTRYPOINT a && b $X\n", "ENTRYPOINT", f"{FROM}ENTRYPOINT a && exec b $X\n"),
    "plain words, with a CMD that they do not hear": Fires(
        f'{FROM}ENTRYPOINT python a.py\nCMD ["b"]\n', "ENTRYPOINT", f'{FROM}ENTRYPOINT exec python a.py\nCMD ["b"]\n'
    ),
    "a pipe": Fires(f"{FROM}CMD a | tee b\n", "CMD"),
}
QUIET = {
    "an array": f'{FROM}CMD ["python", "a.py"]',
    "exec": f"{FROM}CMD exec python $X",
    "exec at the end": f"{FROM}CMD a && exec python $X",
    "busybox": "FROM python:3.13-alpine\nCMD python a.py",
    "an image that nobody knows": "FROM registry.example/base\nCMD python a.py",
    "bash": f'{FROM}SHELL ["/bin/bash", "-c"]\nCMD python a.py',
    "another stage": f'{FROM}CMD python a.py\nFROM x\nCMD ["b"]',
    "overruled": f'{FROM}CMD python a.py\nCMD ["b"]',
    "RUN": f"{FROM}RUN python a.py",
    "a health check": f'{FROM}HEALTHCHECK CMD curl a\nCMD ["b"]',
}

test_fires, test_quiet = rule_tests("shell-form-command", FIRES, QUIET)
