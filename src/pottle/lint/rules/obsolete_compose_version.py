"""The compose file has a `version`.

Nothing reads it any more: Compose takes every file by the one Compose Specification, and warns at every command that ``the attribute `version` is
obsolete``. It says nothing about what the file may use.

Source: https://docs.docker.com/reference/compose-file/version-and-name/; Compose 2.25 and later warn.

Bad:

```yaml
version: "3.8"

services:
  db:
    image: postgres:17
```

Good:

```yaml
services:
  db:
    image: postgres:17
```
"""

from collections.abc import Iterator

from pottle.lint.compose import Compose
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.lint.yaml_file import Scalar
from pottle.text import Span


def check(compose: Compose) -> Iterator[Finding]:
    """The key at the top of the file."""
    key, value = compose.root.key("version"), compose.root.get("version")
    if key is None or not isinstance(value, Scalar) or not compose.services:
        return
    source = compose.source
    line = source.line_span(source.position(key.span.start).line)
    alone = source.at(line).strip().partition("#")[0].strip() == source.at(key.span.until(value.span))
    yield Finding(
        key.span.until(value.span),
        "`version` is obsolete: Compose ignores it and warns at every command",
        Fix("drop `version`", (Edit(_lines(source.text, line), ""),))
        if alone and line.start == key.span.start
        else None,
        hint="drop it",
    )


def _lines(text: str, line: Span) -> Span:
    """The line, with the blank ones behind it."""
    end = line.end
    for mark in ("\r\n", "\n"):
        while text.startswith(mark, end):
            end += len(mark)
    return Span(line.start, end)


RULE = Rule(Compose, "info", "compose", check)
