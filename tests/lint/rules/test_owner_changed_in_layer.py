from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\nWORKDIR /app\n"

FIRES = {
    "the directory": Fires(f"{FROM}COPY . .\nRUN chown -R app:app /app", "chown -R app:app /app", says="line 3"),
    "where it works": Fires(
        f"{FROM}COPY src src\nRUN useradd app && chown --recursive app .", "chown --recursive app ."
    ),
    "the second path": Fires(f"{FROM}COPY --from=x /v /v\nRUN chown -vR app /srv /v", "chown -vR app /srv /v"),
    "another owner": Fires(f"{FROM}COPY --chown=root . .\nRUN chown -R 1000:1000 /app", "chown -R 1000:1000 /app"),
}
QUIET = {
    "with the owner": f"{FROM}COPY --chown=app . .\nRUN chown -R app:app /app",
    "perhaps with the owner": f"{FROM}COPY --chown=1000 . .\nRUN chown -R app:app /app",
    "of root's alone": f"{FROM}COPY . .\nRUN chown --from root:root -R app:app /app",
    "nothing was copied there": f"{FROM}COPY . .\nRUN mkdir /data && chown -R app /data",
    "copied later": f"{FROM}RUN chown -R app /app\nCOPY . .",
    "the directory alone": f"{FROM}COPY . .\nRUN chown app /app",
    "another stage": "FROM python:3.13-slim AS a\nCOPY . /app\nRUN chown -R app /app\nFROM x\nCOPY --from=a /app /app",
    "below what was copied": f"{FROM}COPY . .\nRUN chown -R app /app/data",
    "a condition": f'{FROM}COPY . .\nRUN if [ -n "$A" ]; then chown -R app /app; fi',
    "a path that nobody knows": f"{FROM}ARG D\nCOPY . .\nRUN chown -R app $D",
}

test_fires, test_quiet = rule_tests("owner-changed-in-layer", FIRES, QUIET)
