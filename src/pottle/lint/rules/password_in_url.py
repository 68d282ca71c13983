"""A password in a URL stays in the image.

Every instruction is part of the image's history, and so are the values of the build arguments that a RUN sees: `docker history` shows them to
whoever can pull the image. A variable of `ENV` is in its configuration besides. A secret mount is in neither.

Source: https://docs.docker.com/build/building/secrets/; Dockerfile reference, "ARG": "not recommended to use build arguments for passing secrets".

A stage that is not part of the image is a warning: its history stays in the cache and in the provenance.

Quiet for a login that a secret mount or the shell provides, for a variable whose name says that it is a secret (`secret-in-variable` tells
those), and for what only stands in for a password (`user:pass@localhost`).

Bad:

```dockerfile
FROM python:3.13-slim
ARG INDEX_PW
RUN pip install --no-cache-dir --index-url https://ci:${INDEX_PW}@index.example/simple shop
```

Good:

```dockerfile
FROM python:3.13-slim
RUN --mount=type=secret,id=INDEX_PW,env=INDEX_PW pip install --no-cache-dir --index-url https://ci:${INDEX_PW}@index.example/simple shop
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.rule import Finding, Rule
from pottle.lint.secrets import as_mount, is_real, is_secret_name, mounted_as
from pottle.text import Span

_LOGIN = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,30})://([^\s/:@'\"]{0,200}?)(?::([^\s/@'\"]{1,500}))?@([^\s/:'\"]{0,200})"
)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_TOKEN = re.compile(r"(?:gh[pousr]_|github_pat_|glpat-|pypi-|hf_|dckr_pat_)[\w-]{10,}")
_SHOWN_NOWHERE = ("localhost", "127.0.0.1", "example.com", "example.org", "host.docker.internal", "")
_INSTRUCTIONS = ("ENV", "ARG", "RUN", "ADD", "LABEL", "CMD", "ENTRYPOINT")


def check(build: Build) -> Iterator[Finding]:
    """Every URL of every instruction that has a login."""
    for step in build.steps:
        if step.instruction.name not in _INSTRUCTIONS:
            continue
        span = step.instruction.whole
        text = _without_comments(build, step)
        for found in _LOGIN.finditer(text):
            yield from _told(build, step, found, span.start)


def _without_comments(build: Build, step: Step) -> str:
    """The instruction as it is written, comments between its lines blanked out."""
    whole = step.instruction.whole
    text = build.source.at(whole)
    for comment in step.instruction.comments:
        start, end = comment.span.start - whole.start, comment.span.end - whole.start
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _told(build: Build, step: Step, found: "re.Match[str]", start: int) -> Iterator[Finding]:
    number = 3 if found[3] is not None else 2
    login = found[number]
    span = Span(start + found.start(number), start + found.end(number))
    # Where the name says what it is `secret-in-variable` tells it; a user's name alone is no secret.
    names = [name for name in _VARIABLE.findall(login) if number == 3 and not is_secret_name(name)]
    kept = next(((name, where) for name in names if (where := _kept(build, step, name)) is not None), None)
    if kept is not None:
        name, where = kept
        yield Finding(
            span,
            _message(where, name),
            as_mount(build, step, name) if where == "argument" else None,
            severity="error" if build.in_image(step) else "warning",
            hint="use a secret mount: `RUN --mount=type=secret,id=…,env=…`",
        )
        return
    if "$" in login or found[4] in _SHOWN_NOWHERE or (number == 2 and not _TOKEN.fullmatch(login)):
        return
    if is_real(login) and (number == 2 or login != found[2]):
        yield Finding(
            span,
            "the password is in the image for everybody who can pull it",
            hint="use a secret mount, and another password",
            secret=True,
        )


def _kept(build: Build, step: Step, name: str) -> str | None:
    """Where the value of a variable stays."""
    if mounted_as(build, step, name) or any(name in command.environment for command in build.commands(step)):
        return None
    script = build.source.at(step.instruction.whole)
    if step.instruction.name == "RUN" and re.search(rf"(?<![\w$]){name}=", script):
        return None
    if name in step.before.arguments:
        return "argument"
    return "environment" if name in step.before.environment else None


def _message(where: str, name: str) -> str:
    if where == "argument":
        return f"the value of the build argument {name} stays in the image's history"
    return f"the value of {name} stays in the image's configuration"


RULE = Rule(Build, "error", "security", check, overlaps=("DL3064", "SecretsUsedInArgOrEnv"))
