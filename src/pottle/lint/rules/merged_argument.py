"""An option and its value are one argument.

In the exec form every item is one argument, blanks included. `"--bind 0.0.0.0:8000"` is no option that a program knows: uvicorn stops
with a usage error, gunicorn takes it for the application and keeps listening on 127.0.0.1. `"-w 4"` works by accident, because what
follows a short option is its value and a number may begin with a blank.

Source: Dockerfile reference, "Shell and exec form"; tried with gunicorn 23 and uvicorn 0.38 (2026-11).

Bad:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["gunicorn", "--bind 0.0.0.0:8000", "main:app"]
```

Good:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "main:app"]
```
"""

import re
import shlex
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.edits import instead
from pottle.lint.knowledge.servers import OPTION_PARSERS
from pottle.lint.rule import Finding, Fix, Rule
from pottle.lint.servers import program_words

_MERGED = re.compile(r"(--[a-z][\w-]*|-[A-Za-z])\s+(\S.*)", re.DOTALL)


def check(build: Build) -> Iterator[Finding]:
    """Every such item of a program that reads its options with argparse or click."""
    for step in build.steps:
        if step.instruction.name not in ("CMD", "ENTRYPOINT") or not step.instruction.json:
            continue
        for command in build.commands(step):
            words = program_words(command)
            name = (words[0].text or "").rpartition("/")[2] if words else ""
            if command.in_shell or name not in OPTION_PARSERS:
                continue
            for word in words[1:]:
                if found := _MERGED.fullmatch(word.known):
                    long = found[1].startswith("--")
                    what = f"{name} knows no option of that name" if long else "it works by accident"
                    yield Finding(
                        word.span,
                        f"`{word.known}` is one argument: {what}",
                        Fix("make them two items", (instead(word, *_parts(word.known)),)),
                        severity="error" if long else "warning",
                    )


def _parts(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


RULE = Rule(Build, "error", "runtime", check)
