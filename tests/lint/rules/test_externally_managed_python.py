from tests.lint.cases import Fires, rule_tests

DEBIAN = "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\n"
PIP = "RUN pip install --no-cache-dir flask==3.1.0"

FIRES = {
    "Debian": Fires(f"{DEBIAN}{PIP}", "pip install", says="Debian"),
    "as a module": Fires(
        "FROM ubuntu:24.04\nRUN apt-get install -y python3-pip && python3 -m pip install a==1", "python3 -m pip install"
    ),
    "Alpine": Fires("FROM alpine:3.20\nRUN apk add --no-cache py3-pip\nRUN pip3 install a==1", "pip3 install"),
    "Alpine, whichever": Fires("FROM alpine\nRUN apk add --no-cache py3-pip\nRUN pip3 install a==1", "pip3 install"),
}
QUIET = {
    "an older Debian": "FROM debian:11\nRUN apt-get install -y python3-pip\nRUN pip install a==1",
    "an older Alpine": "FROM alpine:3.18\nRUN apk add py3-pip\nRUN pip install a==1",
    "an older Ubuntu": "FROM ubuntu:22.04\nRUN apt-get install -y python3-pip\nRUN pip install a==1",
    "allowed": f"{DEBIAN}RUN pip install --break-system-packages a==1",
    "allowed by a variable": f"{DEBIAN}ENV PIP_BREAK_SYSTEM_PACKAGES=1\n{PIP}",
    "allowed by a setting": f"{DEBIAN}RUN pip config set global.break-system-packages true && pip install a==1",
    "the mark is removed": f"{DEBIAN}RUN rm /usr/lib/python3.11/EXTERNALLY-MANAGED\n{PIP}",
    "an environment": f"{DEBIAN}RUN python3 -m venv /v\nENV PATH=/v/bin:$PATH\n{PIP}",
    "an environment's own": f"{DEBIAN}RUN python3 -m venv /v && /v/bin/pip install a==1",
    "an active one": f"{DEBIAN}RUN python3 -m venv /v && . /v/bin/activate && pip install a==1",
    "a directory": f"{DEBIAN}RUN pip install --target=/x a==1",
    "the official image": f"FROM python:3.13\n{PIP}",
    "a pip of unknown origin": f"FROM debian:12\n{PIP}",
    "another Python": f"FROM debian:12\nCOPY --from=python:3.13 /usr/local /usr/local\nRUN apt-get install -y python3-pip\n{PIP}",
    "a configuration": f"{DEBIAN}COPY pip.conf /etc/pip.conf\n{PIP}",
}

test_fires, test_quiet = rule_tests("externally-managed-python", FIRES, QUIET)
