from tests.lint.cases import Fires, rule_tests

BUILDER = "FROM python:3.13-slim AS b\nRUN pip wheel --no-cache-dir -w /wheels a\nFROM python:3.13-slim\n"
COPY = "COPY --from=b /wheels /wheels"
MOUNT = "--mount=type=bind,from=b,source=/wheels,target=/wheels"

FIRES = {
    "by their names": Fires(
        f"{BUILDER}{COPY}\nRUN pip install --no-cache-dir --no-index /wheels/*",
        COPY,
        f"{BUILDER}RUN {MOUNT} pip install --no-cache-dir --no-index /wheels/*",
    ),
    "as from an index": Fires(
        f"{BUILDER}{COPY}/\nRUN \\\n  pip --no-cache-dir install \\\n    --find-links /wheels \\\n    --no-index a\nCMD a",
        f"{COPY}/",
        f"{BUILDER}RUN {MOUNT} \\\n  pip --no-cache-dir install \\\n    --find-links /wheels \\\n    --no-index a\nCMD a",
    ),
    "in two instructions": Fires(
        f"{BUILDER}{COPY}\nRUN pip install --no-index /wheels/a*.whl\nRUN pip install --no-index /wheels/b.whl", COPY
    ),
    "with an owner": Fires(
        f"{BUILDER}COPY --chown=1 --from=b /wheels /wheels\nRUN uv pip install --system --no-cache /wheels/*.whl",
        "COPY --chown=1 --from=b /wheels /wheels",
    ),
}
QUIET = {
    "mounted": f"{BUILDER}RUN {MOUNT} pip install --no-index /wheels/*",
    "removed": f"{BUILDER}{COPY}\nRUN pip install --no-index /wheels/* && rm -rf /wheels",
    "never installed": f"{BUILDER}{COPY}\nRUN pip install a",
    "of the context": f"{BUILDER}COPY wheels /wheels\nRUN pip install --no-index /wheels/*",
    "another directory": f"{BUILDER}COPY --from=b /app /app\nRUN pip install --no-index /wheels/*",
    "a builder": f"{BUILDER[:-1]} AS c\n{COPY}\nRUN pip install --no-index /wheels/*\nFROM python:3.13-slim\nCOPY --from=c /v /v",
    "of another image": f"{BUILDER}COPY --from=registry.example/wheels /wheels /wheels\nRUN pip install --no-index /wheels/*",
    "an environment": f"{BUILDER}COPY --from=b /venv /venv\nRUN /venv/bin/pip install a",
}

test_fires, test_quiet = rule_tests("wheels-left-in-image", FIRES, QUIET)
