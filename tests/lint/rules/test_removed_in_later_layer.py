from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\nWORKDIR /app\n"
APT = "RUN apt-get update && apt-get install -y --no-install-recommends gcc"

FIRES = {
    "wheels": Fires(
        f"{FROM}COPY --from=b /wheels /wheels\nRUN pip install /wheels/* && rm -rf /wheels", "rm -rf /wheels"
    ),
    "copied twice": Fires(
        "FROM python:3.13-slim AS a\nCOPY wheels /wheels\nFROM a\nCOPY wheels /wheels\nRUN rm -rf /wheels",
        "rm -rf /wheels",
        says="line 4",
    ),
    "what is in it": Fires(f"{FROM}COPY --from=b /wheels/ /wheels/\nRUN rm -rf /wheels/*", "rm -rf /wheels/*"),
    "a directory above": Fires(f"{FROM}COPY tests /app/tests\nRUN rm -r ./tests", "rm -r ./tests"),
    "an archive in a directory": Fires(
        f"{FROM}COPY dist/a.tar.gz /tmp/\nRUN tar xf /tmp/a.tar.gz && rm /tmp/a.tar.gz", "rm /tmp/a.tar.gz"
    ),
    "lists": Fires(f"{FROM}{APT}\nRUN rm -rf /var/lib/apt/lists/*", "rm -rf /var/lib/apt/lists/*"),
    "packages": Fires(f"{FROM}{APT}\nRUN apt-get -y purge gcc && rm -f /tmp/x", "apt-get -y purge gcc"),
}
QUIET = {
    "one layer": f"{FROM}{APT} && pip install a && apt-get purge -y gcc && rm -rf /var/lib/apt/lists/*",
    "in a builder": "FROM python:3.13-slim AS a\nCOPY x /x\nRUN rm -rf /x\nFROM python:3.13-slim\nCOPY --from=a / /",
    "what was not copied": f"{FROM}COPY . .\nRUN rm -rf /tmp/x",
    "a small file": f"{FROM}COPY requirements.txt .\nRUN pip install -r requirements.txt && rm requirements.txt",
    "a small file, as if it were a directory": f"{FROM}COPY requirements.txt /tmp/\nRUN rm -rf /tmp/requirements.txt",
    "copied later": f"{FROM}RUN rm -rf /wheels\nCOPY wheels /wheels",
    "a part of what was copied": f"{FROM}COPY . .\nRUN rm -rf /app/tests",
    "lists of its own": f"{FROM}{APT}\nRUN apt-get update && apt-get install -y --no-install-recommends b && rm -rf /var/lib/apt/lists/*",
    "lists of the base": f"{FROM}RUN rm -rf /var/lib/apt/lists/*",
    "packages of the base": f"{FROM}RUN apt-get purge -y gcc",
    "a configuration": f"{FROM}{APT}\nRUN rm /etc/nginx/conf.d/default.conf",
    "a script does it": f"{FROM}{APT}\nRUN ./install.sh && rm -rf /var/lib/apt/lists/*",
    "what nobody has copied here": "FROM python:3.13-slim AS a\nCOPY wheels /wheels\nFROM python:3.13-slim\nRUN rm -rf /wheels",
    "a mount": f"{FROM}RUN --mount=type=bind,from=b,source=/wheels,target=/wheels pip install --no-index /wheels/*",
}

test_fires, test_quiet = rule_tests("removed-in-later-layer", FIRES, QUIET)
