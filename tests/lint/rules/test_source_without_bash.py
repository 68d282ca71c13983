from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim-trixie\n"

FIRES = {
    "activate": Fires(
        f"{FROM}RUN source /v/bin/activate && pip install a==1", "source", f"{FROM}RUN . /v/bin/activate && pip install a==1"
    ),
    "in the middle": Fires(
        f"{FROM}RUN a && \\\n    source ./x.sh", "source", f"{FROM}RUN a && \\\n    . ./x.sh"
    ),
    "by its name": Fires("FROM ubuntu:24.04\nRUN source setup.sh", "source"),
}  # fmt: skip
QUIET = {
    "a dot": f"{FROM}RUN . /v/bin/activate && pip install a==1",
    "bash": f'{FROM}SHELL ["/bin/bash", "-c"]\nRUN source /v/bin/activate && a',
    "bash for this command": f"{FROM}RUN bash -c 'source /v/bin/activate && a'",
    "bash for this script": f"{FROM}RUN <<EOF\n#!/bin/bash\nsource /v/bin/activate\nEOF",
    "an array": f'{FROM}RUN ["/bin/bash", "-c", "source /v/bin/activate"]',
    "Alpine": "FROM python:3.13-alpine\nRUN source /v/bin/activate && a",
    "a base that nobody knows": "FROM team/base\nRUN source /v/bin/activate && a",
    "another sh": f"{FROM}RUN ln -sf /bin/bash /bin/sh\nRUN source /v/bin/activate && a",
    "it may fail": f"{FROM}RUN source /v/bin/activate || true",
}

test_fires, test_quiet = rule_tests("source-without-bash", FIRES, QUIET)
