"""Whatever a server sends today is run as it comes.

`curl … | sh` runs a script that nobody has looked at and no checksum holds, as root, and it installs the version of the day: the same
Dockerfile gives another image tomorrow, or none. A connection that breaks runs the first half.

Source: the installers' own documentation: https://docs.astral.sh/uv/guides/integration/docker/, https://python-poetry.org/docs/#installation.

Quiet where the URL, a variable or an option names a version.

Bad:

```dockerfile
FROM debian:trixie-slim
RUN curl -LsSf https://astral.sh/uv/install.sh | sh
```

Good:

```dockerfile
FROM debian:trixie-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /uvx /usr/local/bin/
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.rule import Finding, Rule

_RUNS = re.compile(r"(?:sh|bash|dash|ash|zsh|python[0-9.]*|perl|ruby|node)")
_FETCHES = ("curl", "wget")
_SUBSTITUTED = re.compile(r"(?:\$\(|<\(|`)\s*(?:curl|wget)\s([^)`]*)")
_URL = re.compile(r"https?://[^\s'\")|]+")
_VERSION = re.compile(r"(?:^|[/@_=v-])v?\d+\.\d+|VERSION|[0-9a-f]{40}|/v\d+/")
_KNOWN = {
    "astral.sh/uv": "copy it: `COPY --from=ghcr.io/astral-sh/uv:VERSION /uv /uvx /usr/local/bin/`",
    "install.python-poetry.org": "`pip install poetry==VERSION`, or `… | POETRY_VERSION=VERSION python3 -`",
    "rye.astral.sh": "Rye has ended: install what its lock says with uv or pip",
    "rye-up.com": "Rye has ended: install what its lock says with uv or pip",
    "pdm-project.org": "`pip install pdm==VERSION`",
    "get-pip.py": "the images of Python have pip; elsewhere `python -m ensurepip`",
}


def check(build: Build) -> Iterator[Finding]:
    """Every RUN that feeds a shell, or Python, from the network."""
    for command in build.run_commands:
        if not _RUNS.fullmatch(command.program):
            continue
        url = _fed(build, command) or _substituted(command)
        if url is None or _named_version(command, url):
            continue
        hint = next((text for known, text in _KNOWN.items() if known in url), None)
        yield Finding(
            command.words[0].span,
            f"whatever {_host(url)} sends is run as {_user(command.step)}",
            hint=hint or "name a version, keep the script in the repository, or check its checksum",
        )


def _fed(build: Build, command: Command) -> str | None:
    """The URL that is fetched and piped into it."""
    if command.reads not in _FETCHES:
        return None
    before = [
        each
        for each in build.commands(command.step)
        if each.program in _FETCHES and each.span.start < command.span.start
    ]
    found = _URL.search(" ".join(word.raw for word in before[-1].words)) if before else None
    return found[0] if found else None


def _substituted(command: Command) -> str | None:
    """The URL of `sh -c "$(curl …)"` and `bash <(curl …)`."""
    for word in command.words[1:]:
        found = _SUBSTITUTED.search(word.raw)
        url = _URL.search(found[1]) if found else None
        if url:
            return url[0]
    return None


def _named_version(command: Command, url: str) -> bool:
    words = " ".join(word.raw for word in command.words[1:])
    scope = {**command.step.before.variables, **command.environment}
    if _VERSION.search(url) or "--version" in words or _VERSION.search(_SUBSTITUTED.sub("", words)):
        return True
    tool = next((name for name in ("POETRY", "UV", "RYE", "PDM") if name.lower() in url.lower()), None)
    return any(name.endswith("VERSION") for name in command.environment) or (
        tool is not None and f"{tool}_VERSION" in scope
    )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2]


def _user(step: Step) -> str:
    return "root" if step.before.user in (None, "root", "0") else f"`{step.before.user}`"


RULE = Rule(Build, "warning", "security", check)
