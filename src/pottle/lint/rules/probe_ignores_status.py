"""The health check is content with any answer.

curl ends with 0 whatever the server answers, and so does `requests.get`: a server that answers 500 to everything is healthy. curl has `-f`
for it, requests `raise_for_status()`; `urllib.request.urlopen` and wget fail by themselves from 400 on.

Source: curl(1), `--fail`; https://requests.readthedocs.io/en/latest/user/quickstart/#response-status-codes.

Quiet where the answer goes through a pipe or into an expression that may look at it.

Bad:

```dockerfile
FROM python:3.13
COPY . .
HEALTHCHECK CMD curl http://localhost:8000/health || exit 1
```

Good:

```dockerfile
FROM python:3.13
COPY . .
HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.compose import Compose
from pottle.lint.edits import behind
from pottle.lint.probes import Probe, probes
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_FAILS = re.compile(
    r"-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-with-body|-early)?|--(?:write-out|retry.*|head|config|connect-only).*|-[a-zA-Z]*[wKIt]"
)
"""Also options with which somebody looks at the answer, or asks something else."""
_LONGEST = 1000
"""Characters of a word that is looked into."""
_ASKS = re.compile(
    r"(?:\b(?:from|import)\s+[\w, ]+;\s*)*(?:requests|httpx)\.(?:get|head)\((?:[^()]|\([^()]*\))*\);?\s*"
)


def check(subject: Build | Compose) -> Iterator[Finding]:
    """Every probe that asks over HTTP and does not look."""
    for probe in probes(subject):
        for command in probe.commands:
            if command.program == "curl":
                yield from _curl(probe, command)
            elif command.program.startswith("python"):
                yield from _python(probe, command)


def _curl(probe: Probe, command: Command) -> Iterator[Finding]:
    words = command.words[1:]
    asks = any("://" in word.known or "localhost" in word.known or "127.0.0.1" in word.known for word in words)
    looked = command.feeds is not None or any(word.text is None and "$" not in word.raw for word in words)
    if not asks or looked or any(len(word.known) > _LONGEST or _FAILS.fullmatch(word.known) for word in words):
        return
    fix = Fix("add `-f`", (behind(command.words[0], "-f"),), safe=False) if _editable(probe, command) else None
    yield Finding(
        command.words[0].span,
        "curl is content with an answer of 500: a broken server counts as healthy",
        fix,
        hint="add `-f`",
    )


def _python(probe: Probe, command: Command) -> Iterator[Finding]:
    words = command.words
    code = next((words[n + 1] for n in range(len(words) - 1) if words[n].text == "-c"), None)
    if code is None or code.text is None or not _ASKS.fullmatch(code.text.strip()) or command.feeds is not None:
        return
    end = code.text.rstrip("; \n")
    fix = None
    if probe.exact and code.raw[1:-1] == code.text and end == code.text:
        at = code.span.end - 1
        fix = Fix("add `.raise_for_status()`", (Edit(Span(at, at), ".raise_for_status()"),), safe=False)
    yield Finding(
        code.span,
        "an answer of 500 is an answer too: a broken server counts as healthy",
        fix,
        hint="add `.raise_for_status()`",
    )


def _editable(probe: Probe, command: Command) -> bool:
    return probe.exact and command.words[0].text == "curl"


RULE = Rule((Build, Compose), "warning", "runtime", check)
