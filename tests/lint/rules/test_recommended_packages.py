from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "an install": Fires(
        f"{FROM}RUN apt-get install -y libpq5",
        "apt-get install",
        f"{FROM}RUN apt-get install --no-install-recommends -y libpq5",
    ),
    "options before": Fires(
        "FROM ubuntu:24.04\nRUN apt-get -qq -y install \\\n  a \\\n  b",
        "apt-get -qq -y install",
        "FROM ubuntu:24.04\nRUN apt-get -qq -y install --no-install-recommends \\\n  a \\\n  b",
    ),
}
QUIET = {
    "said": f"{FROM}RUN apt-get install -y --no-install-recommends libpq5",
    "said at the end": f"{FROM}RUN apt-get install -y libpq5 --no-install-recommends",
    "wanted": f"{FROM}RUN apt-get install -y --install-recommends libpq5",
    "an option": f"{FROM}RUN apt-get -o APT::Install-Recommends=false install -y libpq5",
    "configured": f"{FROM}RUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/a && apt-get install -y libpq5",
    "a builder": f"{FROM[:-1]} AS b\nRUN apt-get install -y gcc\n{FROM}COPY --from=b /a /a",
    "an image that nobody knows": "FROM registry.example/base:1\nRUN apt-get install -y libpq5",
}

test_fires, test_quiet = rule_tests("recommended-packages", FIRES, QUIET)
