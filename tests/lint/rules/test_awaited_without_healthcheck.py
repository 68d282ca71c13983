from tests.lint.cases import Fires, Quiet, rule_tests


def waiting(*lines: str) -> str:
    text = "services:\n  web:\n    image: shop\n    depends_on:\n      db: {condition: service_healthy}\n  db:\n"
    return text + "".join(f"    {line}\n" for line in lines)


DOCKERFILE = "FROM python:3.13-slim AS a\nCMD b\n"
CHECK = "healthcheck: {test: pg_isready}"

FIRES = {
    "an image": Fires(waiting("image: postgres:17"), "db", says="`web` is never started"),
    "switched off": Fires(waiting("image: postgres:17", "healthcheck: {disable: true}"), "db"),
    "a Dockerfile": Fires(waiting("build: ."), "db", files={"Dockerfile": DOCKERFILE}),
    "a stage": Fires(
        waiting("build: {context: ., target: a}"),
        "db",
        files={"Dockerfile": f"{DOCKERFILE}FROM a\nHEALTHCHECK CMD b\n"},
    ),
}
QUIET = {
    "checked": waiting("image: postgres:17", CHECK),
    "an image that nobody knows": waiting("image: registry.example/db"),
    "an image that a variable names": waiting("image: ${IMAGE}"),
    "a Dockerfile with one": Quiet(waiting("build: ."), {"Dockerfile": f"{DOCKERFILE}HEALTHCHECK CMD b\n"}),
    "a base that nobody knows": Quiet(waiting("build: ."), {"Dockerfile": "FROM registry.example/a\nCMD b\n"}),
    "no Dockerfile": waiting("build: ."),
    "another file has it": Quiet(
        waiting("image: postgres:17"), {"compose.override.yaml": f"services:\n  db:\n    {CHECK}\n"}
    ),
    "started is enough": waiting("image: postgres:17").replace("healthy", "started"),
    "extended": waiting("extends: {file: a.yaml, service: db}", "image: postgres:17"),
    "merged": f"x: &x\n  {CHECK}\n" + waiting("<<: *x", "image: postgres:17"),
}

test_fires, test_quiet = rule_tests("awaited-without-healthcheck", FIRES, QUIET)
