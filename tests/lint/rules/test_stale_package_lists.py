from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"
INSTALL = "apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*"

FIRES = {
    "two layers": Fires(
        f"{FROM}RUN apt-get update\nRUN {INSTALL}",
        "apt-get install",
        f"{FROM}RUN apt-get update\nRUN apt-get update && {INSTALL}",
    ),
    "the lists of the stage below": Fires(
        f"{FROM[:-1]} AS a\nRUN apt-get update && apt-get install a\nFROM a\nRUN --network=default \\\n  {INSTALL}",
        "apt-get install",
        f"{FROM[:-1]} AS a\nRUN apt-get update && apt-get install a\nFROM a\nRUN --network=default \\\n  apt-get update && {INSTALL}",
    ),
    "something comes first": Fires(f"{FROM}RUN apt-get update\nRUN a && {INSTALL}", "apt-get install"),
}
QUIET = {
    "one layer": f"{FROM}RUN apt-get update && {INSTALL}",
    "one layer, twice": f"{FROM}RUN apt-get update && {INSTALL}\nRUN apt-get update && {INSTALL}",
    "another stage": f"{FROM}RUN apt-get update\n{FROM}RUN {INSTALL}",
    "never updated": f"{FROM}RUN {INSTALL}",
    "a file": f"{FROM}RUN apt-get update\nRUN apt-get install -y ./a.deb",
    "a script may update": f"{FROM}RUN apt-get update\nRUN curl https://x.example | bash - && {INSTALL}",
    "a mount": f"{FROM}RUN apt-get update\nRUN --mount=type=cache,target=/var/lib/apt {INSTALL}",
}

test_fires, test_quiet = rule_tests("stale-package-lists", FIRES, QUIET)
