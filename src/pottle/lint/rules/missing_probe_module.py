"""The health check imports a module that is not installed.

`python -c "import requests; …"` ends with `ModuleNotFoundError` where the lock that the image installs from has no requests: every probe
fails, and the container is never healthy. `urllib.request` is always there, and fails by itself where the answer is an error.

Source: the project's lock: uv.lock, poetry.lock, pdm.lock, or a list of requirements that is complete.

Quiet for modules whose distribution is not known, and where anything else may install it.

Bad:

```dockerfile
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /usr/local/bin/
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
ENV PATH=/app/.venv/bin:$PATH
HEALTHCHECK CMD python -c "import requests; requests.get('http://localhost:8000/').raise_for_status()"
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.13"
dependencies = ["flask"]
```

```
# uv.lock
version = 1
requires-python = ">=3.13"

[[package]]
name = "flask"
version = "3.1.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/flask-3.1.0-py3-none-any.whl", hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000" }]

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }]

[package.metadata]
requires-dist = [{ name = "flask" }]
```

Good:

```dockerfile
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /usr/local/bin/
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
ENV PATH=/app/.venv/bin:$PATH
HEALTHCHECK CMD python -c "import urllib.request; urllib.request.urlopen('http://localhost:8000/')"
```
"""

import json
import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command, Word
from pottle.lint.compose import Compose
from pottle.lint.installed import missing, top_modules
from pottle.lint.knowledge.distributions import MODULES, OTHERS
from pottle.lint.probes import Probe, probes
from pottle.lint.rule import Edit, Finding, Fix, Rule

_ASKS = re.compile(
    r"import (?:requests|httpx);\s*(?:requests|httpx)\.get\((['\"])(https?://[\w.:/?=&%+-]+)\1(?:, timeout=\d+)?\)(?:\.raise_for_status\(\))?;?"
)


def check(subject: Build | Compose) -> Iterator[Finding]:
    """`python -c` of every probe."""
    for probe in probes(subject):
        for command in probe.commands:
            code = _code(command)
            if code is None or code.text is None:
                continue
            for module, distribution in _imported(code.text):
                reasons = [
                    missing(probe.build, probe.stage, each) for each in (distribution, *OTHERS.get(distribution, ()))
                ]
                if all(reasons):
                    what = f"{module} is not installed, so that the container is never healthy: {reasons[0]}"
                    yield Finding(code.span, what, _fix(probe, code, code.text))


def _code(command: Command) -> Word | None:
    words = command.words
    if not command.program.startswith("python"):
        return None
    return next((words[n + 1] for n in range(1, len(words) - 1) if words[n].text == "-c"), None)


def _imported(code: str) -> list[tuple[str, str]]:
    if not any(module in code for module in MODULES):
        return []
    try:
        return [(each, MODULES[each]) for each in dict.fromkeys(top_modules(code)) if each in MODULES]
    except (SyntaxError, ValueError):
        return []


def _fix(probe: Probe, code: Word, text: str) -> Fix | None:
    found = _ASKS.fullmatch(text.strip())
    if found is None or not probe.exact:
        return None
    asks = f"import urllib.request; urllib.request.urlopen('{found[2]}')"
    return Fix("ask with urllib", (Edit(code.span, json.dumps(asks)),))


RULE = Rule((Build, Compose), "error", "runtime", check)
