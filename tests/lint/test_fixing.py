"""Whatever instructions stand together: every finding lies in the file, and fixes come to an end in one that can be read."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lint.cases import checked, fixed

from pottle.dockerfile.parser import parse
from pottle.lint.fixing import applied
from pottle.lint.rule import Edit
from pottle.text import Source, Span

INSTRUCTIONS = st.sampled_from(
    [
        "FROM python:3.13-slim", "FROM python:slim AS a", "FROM a", "FROM ghcr.io/astral-sh/uv:python3.12-alpine AS b",
        "ARG PIP_NO_CACHE_DIR=1", "ENV UV_NO_SYNC=$X", "USER app", "USER root", "WORKDIR /app", 'SHELL ["/bin/bash", "-c"]',
        "COPY . .", "COPY pyproject.toml uv.lock ./", "COPY --from=a /x /y", "COPY <<EOF /x\nhi\nEOF",
        "RUN pip install flask", "RUN --mount=type=cache,target=/root/.cache/pip \\\n  pip install --no-cache-dir \\\n  a",
        "RUN <<EOF\npip install a\nuv pip install b\nEOF", "RUN uv pip install -r a.txt && pip install b || true",
        'RUN pip install --install-option="--prefix=/x" a', "RUN if a; then pip install b; fi", "RUN uv sync --no-dev",
        'RUN ["sh", "-c", "pip install a"]', "RUN pip install a  # why", "ONBUILD RUN pip install a",
        'CMD ["uvicorn", "a:b"]', "CMD gunicorn a:b -w 4", "CMD ['a', 'b']", 'ENTRYPOINT ["uv", "run", "uvicorn", "--port 80"]',
        "HEALTHCHECK CMD curl localhost", "CMD exec uvicorn $A", "CMD a && b | c", "# pottle: ignore[pip-cache-in-layer]",
        "# hadolint ignore=DL3042", "# a comment", "", "LABEL a=b", "EXPOSE 80",
    ]
)  # fmt: skip
FILES = st.builds(
    lambda lines, end: end.join(lines) + end, st.lists(INSTRUCTIONS, max_size=14), st.sampled_from(["\n", "\r\n"])
)
AROUND = {
    "pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.13"\n',
    ".dockerignore": "uv.lock\n",
    "uv.lock": "",
}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(FILES)
def test_fixes_of_any_file(text: str):
    before = checked(text, files=AROUND)
    assert all(0 <= each.span.start <= each.span.end <= len(text) for each in before.diagnostics)
    after = fixed(text, files=AROUND)
    source = after.checked.source
    assert after.checked.broken <= before.broken
    assert [each for each in after.checked.diagnostics if each.fix is not None] == [] or before.broken
    if not before.broken:
        kept = [each.text for each in parse(Source("", text)).comments]
        assert [each.text for each in parse(source).comments] == kept
    assert fixed(source.text, files={**AROUND, **{c.path: c.after for c in after.changes}}).made == ()


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        ([], "abcd"),
        ([Edit(Span(1, 2), "X")], "aXcd"),
        ([Edit(Span(4, 4), "E"), Edit(Span(0, 0), "S")], "SabcdE"),
        ([Edit(Span(0, 1), ""), Edit(Span(2, 4), "Z")], "bZ"),
    ],
)
def test_edits_are_made_in_their_order(edits: list[Edit], text: str):
    assert applied("abcd", edits) == text
