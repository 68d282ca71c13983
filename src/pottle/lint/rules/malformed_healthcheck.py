"""A probe of the compose file is not written as Compose reads it.

A list begins with `CMD` (a program and its arguments), `CMD-SHELL` (one text for a shell) or `NONE`. With anything else Compose refuses the file. `CMD`
with a whole command line in one text is a program of that name, which is not there; behind `CMD-SHELL` only the first text is run.

Source: https://docs.docker.com/reference/compose-file/services/#healthcheck; moby, daemon/health.go.

Bad:

```yaml
services:
  db:
    image: postgres:17
    healthcheck:
      test: ["CMD", "pg_isready -U postgres"]
```

Good:

```yaml
services:
  db:
    image: postgres:17
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U postgres"]
```
"""

import re
from collections.abc import Iterator

from pottle.lint.compose import Compose
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.lint.yaml_file import Scalar, Sequence
from pottle.text import Span

_SYNTAX = re.compile(r"[$|&;<>`*?\s]")


def check(compose: Compose) -> Iterator[Finding]:
    """Every list."""
    for service in compose.services.values():
        test = service.get("healthcheck", "test")
        items = test.items if isinstance(test, Sequence) else []
        texts = [item for item in items if isinstance(item, Scalar)]
        if not isinstance(test, Sequence) or not texts or len(texts) != len(items) or "$" in texts[0].value:
            continue
        first = texts[0]
        if first.value == "CMD" and len(texts) == 2 and re.search(r"\S\s+\S", texts[1].value):
            yield Finding(
                texts[1].span,
                "it is never healthy: there is no program of that name",
                Fix("write `CMD-SHELL`", (_instead(compose, first, "CMD-SHELL"),)),
            )
        elif first.value == "CMD-SHELL" and len(texts) > 2:
            plain = not any(_SYNTAX.search(each.value) for each in texts[1:])
            yield Finding(
                first.span,
                f"the shell runs `{texts[1].value}` alone: what follows are not its arguments",
                Fix("write `CMD`", (_instead(compose, first, "CMD"),)) if plain else None,
                hint="make it one text",
            )
        elif first.value not in ("CMD", "CMD-SHELL", "NONE"):
            what = "Compose refuses the file: a test begins with CMD, CMD-SHELL or NONE"
            yield Finding(first.span, what, _begun(compose, test, texts), hint="begin with `CMD`")


def _instead(compose: Compose, item: Scalar, text: str) -> Edit:
    """Another text in the same quotes."""
    quote = compose.source.at(item.span)[:1]
    quote = quote if quote in ("'", '"') else ""
    return Edit(item.span, f"{quote}{text}{quote}")


def _begun(compose: Compose, test: Sequence, texts: list[Scalar]) -> Fix | None:
    """With `CMD`, or with `CMD-SHELL` before a whole command line; of a list in brackets."""
    if not compose.source.at(test.span).startswith("["):
        return None
    what = "CMD-SHELL" if len(texts) == 1 and " " in texts[0].value else "CMD"
    at = texts[0].span.start
    return Fix(f"begin with `{what}`", (Edit(Span(at, at), f'"{what}", '),))


RULE = Rule(Compose, "error", "compose", check)
