from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "a prefix": Fires(
        f'{FROM}RUN pip install --install-option="--prefix=/install" -r /requirements.txt',
        '--install-option="--prefix=/install"',
        f"{FROM}RUN pip install --prefix=/install -r /requirements.txt",
    ),
    "another": Fires(f"{FROM}RUN pip3 install --use-mirrors flask", "--use-mirrors"),
}
QUIET = {
    "pip's own prefix": f"{FROM}RUN pip install --prefix=/install flask",
    "an older pip": f'{FROM}RUN pip install "pip<23.1" && pip install --install-option=--prefix=/x flask',
    "pip wheel": f"{FROM}RUN pip wheel --global-option=x flask",
    "another program": f"{FROM}RUN tool install --install-option=x flask",
}

test_fires, test_quiet = rule_tests("removed-pip-option", FIRES, QUIET)
