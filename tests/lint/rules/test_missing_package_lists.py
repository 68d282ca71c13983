from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim-trixie\n"
UPDATE = "RUN apt-get update\n"

FIRES = {
    "never": Fires(
        f"{FROM}RUN apt-get install -y git # why",
        "apt-get install",
        f"{FROM}RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/* # why",
    ),
    "with what is set for it": Fires(
        f"{FROM}RUN set -e; \\\n    DEBIAN_FRONTEND=noninteractive apt-get install -y \\\n    git && a",
        "apt-get install",
        f"{FROM}RUN set -e; \\\n    apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \\\n    git"
        " && rm -rf /var/lib/apt/lists/* && a",
    ),
    "lists that are removed": Fires(
        f"{FROM}RUN apt-get update && rm -rf /var/lib/apt/lists/*\nRUN apt install -y git",
        "apt install",
        f"{FROM}RUN apt-get update && rm -rf /var/lib/apt/lists/*\n"
        "RUN apt update && apt install -y git && rm -rf /var/lib/apt/lists/*",
    ),
    "perhaps": Fires(f"{FROM}RUN if x; then apt-get install -y git; fi", "apt-get install"),
    "Ubuntu": Fires("FROM ubuntu:24.04\nRUN sudo apt-get install -y git", "apt-get install"),
}
QUIET = {
    "before it": f"{FROM}RUN apt-get update && apt-get install -y git",
    "quietly": f"{FROM}RUN apt-get -qq update; apt-get install -y git",
    "a file": f"{FROM}COPY a.deb /\nRUN apt-get install -y ./a.deb /b.deb",
    "a base that nobody knows": "FROM team/base\nRUN apt-get install -y git",
    "Alpine": "FROM python:3.13-alpine\nRUN apk add git",
    "a mount": f"{FROM}RUN --mount=type=cache,target=/var/lib/apt apt-get install -y git",
    "a script": f"{FROM}COPY a.sh /\nRUN /a.sh && apt-get install -y git",
    "somebody's script": f"{FROM}RUN curl https://a.example/setup | bash - && apt-get install -y nodejs",
    "of a snapshot": f"{FROM}RUN echo 'deb http://snapshot.example/x y main' > a\n{UPDATE}RUN apt-get install -y git",
    "perhaps": f"{FROM}RUN if x; then apt-get update; fi\nRUN apt-get install -y git",
    "lists that are copied": f"{FROM}COPY lists /var/lib/apt/lists\nRUN apt-get install -y git",
    "old lists": f"{FROM}{UPDATE}RUN apt-get install -y git",
    "an image that may have it": "FROM python:3.13\nRUN apt-get install -y wget",
    "another command": f"{FROM}RUN apt-get purge -y git",
}

test_fires, test_quiet = rule_tests("missing-package-lists", FIRES, QUIET)
