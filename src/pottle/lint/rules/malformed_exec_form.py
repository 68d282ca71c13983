"""What was meant for a JSON array is none, so a shell gets it.

Docker reads an array only if it is JSON: double quotes, commas between the items, none behind the last. Anything else is the shell form,
without a word: `/bin/sh` looks for a program called `[python,`, or calls `[` with nonsense. The build or the container fails.

Source: Dockerfile reference, "Exec form"; BuildKit's own fixtures (`jeztah-invalid-json-*`).

Quiet for a shell's test: `RUN [ -f x ] && …`.

Bad:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ['python', 'main.py']
```

Good:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["python", "main.py"]
```
"""

import json
import re
from collections.abc import Iterator

from pottle.dockerfile.model import Instruction
from pottle.lint.build import Build
from pottle.lint.rule import Edit, Finding, Fix, Rule

_ARRAYS = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME"})
_MEANT = re.compile(r"""\[\s*(?:["\u201c][^"\u201d]*["\u201d]|'[^']*'|\u2018[^\u2019]*\u2019)\s*[,\]"']""")
"""A bracket, a quoted item, and what follows one: a comma, the end, or the next item where the comma was forgotten."""
_TEST = re.compile(r"""\[\s+(?:!\s+)?(?:-|"[^"]*"\s+(?:=|==|!=|-[a-z]{2})\s|"[^"]*"\s+\]|'[^']*'\s+\])|\[\[""")
_ITEM = re.compile(r"""\s*,?\s*(?:"((?:[^"\\]|\\.)*)"|'([^'"\\]*)')\s*""")


def check(build: Build) -> Iterator[Finding]:
    """Every argument list that begins like an array of quoted items and is none."""
    for step in build.steps:
        instruction = step.instruction
        while instruction.inner is not None:
            instruction = instruction.inner
        text = instruction.body.text
        if instruction.name in _ARRAYS and not instruction.json and _MEANT.match(text) and not _TEST.match(text):
            yield Finding(
                instruction.body.whole,
                f"this is no JSON array, so {_taken(instruction)}",
                _fix(build, instruction),
                hint="double quotes, a comma between two items, none behind the last",
            )


def _taken(instruction: Instruction) -> str:
    return "its words are taken for paths" if instruction.name in ("COPY", "ADD", "VOLUME") else "a shell is given it"


def _fix(build: Build, instruction: Instruction) -> Fix | None:
    """Where every item can be told."""
    text = instruction.body.text
    if "\n" in build.source.at(instruction.body.whole) or not text.rstrip().endswith("]"):
        return None
    items, at, end = [], text.index("[") + 1, text.rstrip().rindex("]")
    while found := _ITEM.match(text, at, end):
        items.append(json.loads(f'"{found[1]}"') if found[1] is not None and _is_json(found[1]) else found[2])
        at = found.end()
    if text[at:end].strip(" ,") or None in items:
        return None
    written = json.dumps(items, ensure_ascii=False)
    return Fix("write it as JSON", (Edit(instruction.body.whole, written),))


def _is_json(text: str) -> bool:
    try:
        json.loads(f'"{text}"')
    except ValueError:
        return False
    return True


RULE = Rule(Build, "error", "build", check)
