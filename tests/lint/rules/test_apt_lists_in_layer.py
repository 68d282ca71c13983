from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"
INSTALL = "apt-get update && apt-get install -y --no-install-recommends libpq5"
REMOVE = " && rm -rf /var/lib/apt/lists/*"

FIRES = {
    "an install": Fires(f"{FROM}RUN {INSTALL}", "apt-get update", f"{FROM}RUN {INSTALL}{REMOVE}"),
    "clean leaves them": Fires(
        f"{FROM}RUN {INSTALL} && apt-get clean\nCMD a",
        "apt-get update",
        f"{FROM}RUN {INSTALL} && apt-get clean{REMOVE}\nCMD a",
    ),
    "something later needs them": Fires(
        f"{FROM}RUN {INSTALL}\nRUN apt-get install -y --no-install-recommends curl", "apt-get update"
    ),
    "continued, in the middle": Fires(
        f"{FROM}RUN apt-get update \\\n && apt-get install -y --no-install-recommends a \\\n # why\n && b",
        "apt-get update",
        f"{FROM}RUN apt-get update \\\n && apt-get install -y --no-install-recommends a{REMOVE} \\\n # why\n && b",
    ),
    "it may fail": Fires(f"{FROM}RUN apt-get update || true", "apt-get update"),
}
QUIET = {
    "removed": f"{FROM}RUN {INSTALL}{REMOVE}",
    "all of it": f"{FROM}RUN {INSTALL} && rm -rf /var/lib/apt /tmp/*",
    "a mount": f"{FROM}RUN --mount=type=cache,target=/var/lib/apt,sharing=locked {INSTALL}",
    "a mount of the lists": f"{FROM}RUN --mount=type=tmpfs,target=/var/lib/apt/lists {INSTALL}",
    "a builder": f"{FROM[:-1]} AS b\nRUN {INSTALL}\n{FROM}COPY --from=b /a /a",
    "a script": f"{FROM}RUN {INSTALL} && ./cleanup.sh",
    "distclean": f"{FROM}RUN {INSTALL} && apt-get distclean",
    "no update": f"{FROM}RUN apt-get --version",
    "alpine": "FROM python:3.13-alpine\nRUN apk update && apk add a",
    "configured": f"{FROM}COPY keep /etc/apt/apt.conf.d/keep\nRUN {INSTALL}",
}

test_fires, test_quiet = rule_tests("apt-lists-in-layer", FIRES, QUIET)
