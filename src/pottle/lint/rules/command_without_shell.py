"""A command of the compose file needs a shell, and none reads it.

Compose takes `command:` apart into words and runs them, in contrast to a Dockerfile's `CMD a && b`: `python manage.py migrate && gunicorn …` is one call of
manage.py with four arguments too many. The server is never started.

Source: https://docs.docker.com/reference/compose-file/services/#command.

Quiet for scripts of `sh -c`.

Bad:

```yaml
services:
  web:
    image: shop
    command: python manage.py migrate && gunicorn --bind 0.0.0.0:8000 shop.wsgi
```

Good:

```yaml
services:
  web:
    image: shop
    command: sh -c "python manage.py migrate && exec gunicorn --bind 0.0.0.0:8000 shop.wsgi"
```
"""

import re
import shlex
from collections.abc import Iterator

from pottle.lint.compose import Compose
from pottle.lint.operators import only_exits, operator
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.lint.yaml_file import Scalar, Sequence
from pottle.text import Span

_PLAIN = re.compile(r"""[^"'\\#;|<>`]*""")
_OF_THE_SHELL = re.compile(r"\s*(?:cd|export|exec|source|\.|set|eval)\s")
_HINT = 'run a shell: `sh -c "… && exec …"`'


def check(compose: Compose) -> Iterator[Finding]:
    """Every command, entry point and probe."""
    for service in compose.services.values():
        for key in ("command", "entrypoint"):
            found = service.get(key)
            if isinstance(found, Scalar):
                words = _words(found.value)
                at = operator(words)
                if at is not None:
                    yield Finding(found.span, _what(words, at), _wrapped(compose, found), hint=_HINT)
            elif isinstance(found, Sequence):
                yield from _listed(found, probe=False)
        test = service.get("healthcheck", "test")
        first = test.items[0] if isinstance(test, Sequence) and test.items else None
        if isinstance(test, Sequence) and isinstance(first, Scalar) and first.value == "CMD":
            yield from _listed(Sequence(test.span, test.items[1:]), probe=True)


def _what(words: list[str], at: int) -> str:
    return f"`{words[at]}` is an argument of {words[0]} here: no shell reads it"


def _words(text: str) -> list[str]:
    """As Compose takes them apart; a semicolon at a word's end was meant to stand alone."""
    try:
        words = shlex.split(text)
    except ValueError:
        return []
    return [part for word in words for part in ((word[:-1], ";") if re.fullmatch(r"[^\s;]+;", word) else (word,))]


def _listed(found: Sequence, *, probe: bool) -> Iterator[Finding]:
    items = [item for item in found.items if isinstance(item, Scalar)]
    words = [item.value for item in items]
    at = operator(words)
    if at is None:
        return
    fix = None
    if probe and only_exits(words, at):
        gone = Edit(Span(items[at - 1].span.end, items[-1].span.end), "")
        fix = Fix(f"drop `{' '.join(words[at:])}`: the exit code says it", (gone,))
    hint = "begin the list with `CMD-SHELL`, and make the rest one text" if probe else _HINT
    yield Finding(items[at].span, _what(words, at), fix, hint=hint)


def _wrapped(compose: Compose, found: Scalar) -> Fix | None:
    """In a shell, where it is written in one line without quotes and nothing but `&&` joins it."""
    text = compose.source.at(found.span)
    if not found.plain or text != found.value or "\n" in text or not _PLAIN.fullmatch(text):
        return None
    first, _, last = text.rpartition("&&")
    if not first.strip() or _OF_THE_SHELL.match(last):
        return None
    return Fix("run it in a shell", (Edit(found.span, f'sh -c "{first.rstrip()} && exec {last.strip()}"'),))


RULE = Rule(Compose, "error", "compose", check)
