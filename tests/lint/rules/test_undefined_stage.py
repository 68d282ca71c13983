from tests.lint.cases import Fires, rule_tests

PYTHON = "FROM python:3.13-slim-trixie"
BUILDER = f"{PYTHON} AS builder\nRUN a\n{PYTHON}\n"

FIRES = {
    "nearly": Fires(
        f"{BUILDER}COPY --from=build /a /a", "build", f"{BUILDER}COPY --from=builder /a /a", says="no stage"
    ),
    "of a mount": Fires(
        f"{BUILDER}RUN --mount=type=bind,from=buidler,source=/a,target=/a a",
        "buidler",
        f"{BUILDER}RUN --mount=type=bind,from=builder,source=/a,target=/a a",
    ),
    "below": Fires(f"{PYTHON}\nCOPY --from=tools /a /a\n{PYTHON} AS tools\n", "tools", says="not above"),
    "itself": Fires(f"{PYTHON} AS app\nCOPY --from=app /a /b", "app"),
    "a number": Fires(f"{BUILDER}COPY --from=3 /a /a", "3", says="no stage 3"),
}
QUIET = {
    "a stage": f"{BUILDER}COPY --from=builder /a /a",
    "a stage in capitals": f"{BUILDER}COPY --from=Builder /a /a",
    "a number": f"{BUILDER}COPY --from=0 /a /a",
    "an image": f"{BUILDER}COPY --from=registry.example/builder /a /a",
    "an image with a tag": f"{BUILDER}COPY --from=build:1 /a /a",
    "an official image": f"{PYTHON} AS nginx-build\nRUN a\n{PYTHON}\nCOPY --from=nginx /a /a",
    "one that resembles none": f"{BUILDER}COPY --from=hadolint /a /a",
    "an argument": f"{BUILDER}ARG X\nCOPY --from=$X /a /a",
    "the context": f"{BUILDER}COPY build /a",
    "a cache": f"{BUILDER}RUN --mount=type=cache,target=/root/.cache a",
}

test_fires, test_quiet = rule_tests("undefined-stage", FIRES, QUIET)
