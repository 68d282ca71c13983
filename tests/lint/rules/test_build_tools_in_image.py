from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"
CMD = 'CMD ["python", "a.py"]\n'

FIRES = {
    "a compiler": Fires(
        f"{FROM}RUN apt-get update && apt-get install -y libpq-dev gcc=4:14.* && rm -rf /var/lib/apt/lists/*\n{CMD}",
        "gcc=4:14.*",
        severity="warning",
        says="`gcc` stays",
    ),
    "headers": Fires(
        f"{FROM}RUN apt-get install -y libpq-dev libffi-dev\n{CMD}", "libpq-dev", severity="info", says="stay in"
    ),
    "Alpine": Fires(f"FROM python:3.13-alpine\nRUN apk add --no-cache build-base\n{CMD}", "build-base"),
    "in the stage below": Fires(
        f"{FROM[:-1]} AS base\nRUN apt-get install -y build-essential\nFROM base\n{CMD}", "build-essential"
    ),
}
RUN = "RUN apt-get install -y gcc"
QUIET = {
    "removed again": f"{FROM}{RUN} && pip install a && apt-get purge -y --auto-remove gcc\n{CMD}",
    "removed again, on Alpine": f"FROM python:3.13-alpine\nRUN apk add --virtual .b gcc && a && apk del .b\n{CMD}",
    "in a stage of its own": f"{FROM[:-1]} AS a\n{RUN}\n{FROM}{CMD}",
    "the base has one": f"FROM python:3.13\n{RUN}\n{CMD}",
    "libraries": f"{FROM}RUN apt-get install -y libpq5 libgomp1\n{CMD}",
    "a shell is started": f'{FROM}{RUN}\nCMD ["/bin/bash", "--login"]\n',
    "it is what is started": f"{FROM}RUN apt-get install -y make\nCMD make serve\n",
    "nothing is started": f"{FROM}{RUN}\n",
    "for development": Quiet(f"{FROM}{RUN}\n{CMD}", path="Dockerfile.dev"),
    "a stage for development": f"{FROM[:-1]} AS dev\n{RUN}\n{CMD}",
    "an image that nobody knows": f"FROM registry.example/base\n{RUN}\n{CMD}",
}

test_fires, test_quiet = rule_tests("build-tools-in-image", FIRES, QUIET)
