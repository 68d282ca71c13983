from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "by name": Fires(
        f"{FROM}RUN groupadd -g 1000 a && useradd -u 1000 -g a app\nUSER app\n",
        "useradd",
        f"{FROM}RUN groupadd -g 1000 a && useradd --create-home -u 1000 -g a app\nUSER app\n",
        says="/home/app",
    ),
    "by number, of a system's account": Fires(
        f"{FROM}RUN useradd -r -u 10001 -s /bin/false app\nUSER 10001:10001\n",
        "useradd",
        f"{FROM}RUN useradd --create-home -r -u 10001 -s /bin/false app\nUSER 10001:10001\n",
    ),
    "in the stage below": Fires(
        f"{FROM[:-1]} AS a\nRUN useradd app\nFROM a\nUSER app\n",
        "useradd",
        f"{FROM[:-1]} AS a\nRUN useradd --create-home app\nFROM a\nUSER app\n",
    ),
}
QUIET = {
    "told to make one": f"{FROM}RUN useradd -ms /bin/bash app\nUSER app",
    "told not to": f"{FROM}RUN useradd -M app\nUSER app",
    "another home": f"{FROM}RUN useradd -d /srv app\nUSER app",
    "adduser makes one": f"{FROM}RUN adduser --disabled-password --gecos '' app\nUSER app",
    "a variable": f"{FROM}ENV HOME=/tmp\nRUN useradd app\nUSER app",
    "made by hand": f"{FROM}RUN useradd app && mkdir -p /home/app && chown app /home/app\nUSER app",
    "the working directory": f"{FROM}RUN useradd app\nWORKDIR /home/app\nUSER app",
    "copied": f"{FROM}RUN useradd app\nCOPY --chown=app . /home/app/src\nUSER app",
    "another user": f"{FROM}RUN useradd app\nUSER nobody",
    "root": f"{FROM}RUN useradd app",
    "a distribution that makes it": "FROM fedora:43\nRUN useradd app\nUSER app",
    "a name that an argument gives": f"{FROM}ARG NAME\nRUN useradd $NAME\nUSER $NAME",
    "where nobody knows whether it runs": f"{FROM}RUN id app || useradd app\nUSER app",
}

test_fires, test_quiet = rule_tests("user-without-home", FIRES, QUIET)
