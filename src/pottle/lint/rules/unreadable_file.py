"""A file cannot be read as what it should be.

BuildKit refuses a Dockerfile with a here-document that never ends, an unknown instruction, a JSON array that holds numbers, or a line of
more than 65,535 bytes; Compose refuses what is no YAML. Nothing else can be said of such a file for sure.

Source: moby/buildkit, `frontend/dockerfile/parser`; the YAML 1.2 specification.

Bad:

```dockerfile
FROM python:3.13-slim
RUN <<EOF
pip install --no-cache-dir flask==3.1.0
```

Good:

```dockerfile
FROM python:3.13-slim
RUN <<EOF
pip install --no-cache-dir flask==3.1.0
EOF
```
"""

from collections.abc import Iterator

from pottle.lint.problems import Problems
from pottle.lint.rule import Finding, Rule


def check(problems: Problems) -> Iterator[Finding]:
    """Every reason."""
    return (Finding(each.span, each.what) for each in problems.found)


RULE = Rule(Problems, "error", "file", check)
