from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "useradd": Fires(
        f"{FROM}RUN useradd -mu 1000 app\nUSER app\n", "app", f"{FROM}RUN useradd -mu 1000 app\nUSER 1000\n"
    ),
    "with a group, of adduser": Fires(
        "FROM alpine:3.22\nRUN addgroup -g 70 app && adduser -D -u 1001 -G app app\nUSER app:app\n",
        "app",
        "FROM alpine:3.22\nRUN addgroup -g 70 app && adduser -D -u 1001 -G app app\nUSER 1001:app\n",
    ),
}
QUIET = {
    "a number": f"{FROM}RUN useradd -mu 1000 app\nUSER 1000",
    "a number that nobody says": f"{FROM}RUN useradd -m app\nUSER app",
    "a number that an argument gives": f"{FROM}ARG N=1000\nRUN useradd -m -u $N app\nUSER app",
    "an account of the base": f"{FROM}USER www-data",
    "a name that an argument gives": f"{FROM}ARG NAME=app\nRUN useradd -m -u 1000 app\nUSER $NAME",
    "another one at the end": f"{FROM}RUN useradd -mu 1000 app\nUSER app\nUSER 1000",
    "a stage that is not the image": f"{FROM[:-1]} AS a\nRUN useradd -mu 1000 app\nUSER app\nFROM python:3.13\nUSER 1",
}

test_fires, test_quiet = rule_tests("named-user", FIRES, QUIET)
