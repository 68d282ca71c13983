from tests.lint.cases import Fires, rule_tests

FIRES = {
    "distroless": Fires("FROM gcr.io/distroless/python3-debian12\nRUN pip install a==1\nRUN b", "RUN"),
    "nonroot": Fires("FROM gcr.io/distroless/cc-debian12:nonroot\nCOPY a /app/\nRUN ls", "RUN", says="has no shell"),
    "scratch": Fires("FROM scratch\nCOPY app /app\nRUN chmod +x /app", "RUN"),
    "a stage that stands on it": Fires("FROM gcr.io/distroless/base AS a\nFROM a\nRUN ls", "RUN"),
}
QUIET = {
    "a debug image": "FROM gcr.io/distroless/python3-debian12:debug\nRUN ls",
    "an array": 'FROM gcr.io/distroless/python3-debian12\nRUN ["/usr/bin/python3", "-m", "compileall", "/app"]',
    "another shell": 'FROM gcr.io/distroless/base\nSHELL ["/busybox/sh", "-c"]\nRUN ls',
    "a shell that is copied": "FROM scratch\nCOPY --from=busybox:1.37 /bin/sh /bin/sh\nRUN ls",
    "a whole system": "FROM scratch\nADD rootfs.tar.gz /\nRUN ls",
    "a whole system of a stage": "FROM debian:12 AS a\nFROM scratch\nCOPY --from=a / /\nRUN ls",
    "a mount": "FROM gcr.io/distroless/base\nRUN --mount=from=busybox:1.37,source=/bin,target=/bin ls",
    "nothing is run": 'FROM gcr.io/distroless/base\nCOPY a /a\nCMD ["/a"]',
    "an image that has one": "FROM python:3.13-slim\nRUN ls",
}

test_fires, test_quiet = rule_tests("missing-shell", FIRES, QUIET)
