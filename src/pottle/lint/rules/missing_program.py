"""The container starts a program that is not installed.

The lock that the image installs from does not have it, or has it in a development group that the build leaves out: the container ends with
`executable file not found` or `No module named gunicorn` as soon as it is started.

Source: the project's lock: uv.lock, poetry.lock, pdm.lock, or a list of requirements that is complete.

Quiet for programs that are no known server or worker of Python's, where anything else may install it (a package by name, a script, Debian's
packages, an image that nobody knows), and behind `uv run` that installs at start.

Bad:

```dockerfile
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /usr/local/bin/
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
USER 1000
CMD [".venv/bin/gunicorn", "--bind", "0.0.0.0:8000", "shop:app"]
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.13"
dependencies = ["flask"]

[dependency-groups]
dev = ["gunicorn"]
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
name = "gunicorn"
version = "23.0.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/gunicorn-23.0.0-py3-none-any.whl", hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000" }]

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }]

[package.dev-dependencies]
dev = [{ name = "gunicorn" }]

[package.metadata]
requires-dist = [{ name = "flask" }]

[package.metadata.requires-dev]
dev = [{ name = "gunicorn" }]
```

Good:

```dockerfile
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /usr/local/bin/
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
USER 1000
CMD [".venv/bin/gunicorn", "--bind", "0.0.0.0:8000", "shop:app"]
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.13"
dependencies = ["flask", "gunicorn"]
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
name = "gunicorn"
version = "23.0.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/gunicorn-23.0.0-py3-none-any.whl", hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000" }]

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }, { name = "gunicorn" }]

[package.metadata]
requires-dist = [{ name = "flask" }, { name = "gunicorn" }]
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.installed import missing
from pottle.lint.invocations import invocation
from pottle.lint.knowledge.distributions import OTHERS, PROGRAMS
from pottle.lint.rule import Finding, Rule
from pottle.lint.servers import program_words


def check(build: Build) -> Iterator[Finding]:
    """What the image starts."""
    stage = build.final
    start = build.start(stage) if stage is not None else None
    if stage is None or start is None:
        return
    words = program_words(start.command)
    distribution = PROGRAMS.get((words[0].text or "").rpartition("/")[2]) if words else None
    manager = invocation(start.command)
    if distribution is None or (manager is not None and manager.tool == "uv" and not manager.option("--no-sync")):
        return
    reasons = [missing(build, stage, each) for each in (distribution, *OTHERS.get(distribution, ()))]
    if all(reasons):
        yield Finding(
            words[0].span,
            f"{distribution} is not installed: {reasons[0]}",
            hint=f"add {distribution} to the project's dependencies",
        )


RULE = Rule(Build, "error", "runtime", check)
