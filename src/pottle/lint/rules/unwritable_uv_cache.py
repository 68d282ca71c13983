"""`uv` has no place for its cache, and ends before it does anything.

uv keeps its cache below the home directory of its user and makes it before anything else, `--no-sync` or not. A user without a home
directory cannot; nor can a number that `/etc/passwd` does not have, whose home is `/`.

Source: https://docs.astral.sh/uv/reference/storage/; tried with uv 0.9 and 0.13: `Failed to initialize cache at /.cache/uv`, exit code 2.

Quiet with `--no-cache`, `--cache-dir`, a cache mount, or where `UV_NO_CACHE`, `UV_CACHE_DIR`, `XDG_CACHE_HOME` or `HOME` is set; where the
home directory may be there.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
USER 10001
CMD ["uv", "run", "--no-sync", "main.py"]
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
USER 10001
CMD ["uv", "run", "--no-cache", "--no-sync", "main.py"]
```
"""

from collections.abc import Iterator

from pottle.dockerfile.stages import Stage, State
from pottle.lint.accounts import accounts
from pottle.lint.build import Build
from pottle.lint.caches import mounted
from pottle.lint.edits import behind
from pottle.lint.invocations import Invocation, invocation
from pottle.lint.rule import Finding, Fix, Rule

_NEEDS = ("run", "sync", "pip", "venv", "lock", "add", "tool", "export", "build")
_ELSEWHERE = ("UV_NO_CACHE", "UV_CACHE_DIR", "XDG_CACHE_HOME", "HOME")
_OPTIONS = ("--no-cache", "--no-cache-dir", "-n", "--cache-dir", "--help", "-h", "--version")
_FIRST = 1000
"""The first number of people's accounts: below it images have accounts of their own."""


def check(build: Build) -> Iterator[Finding]:
    """Every call of uv whose user is not root."""
    for found, state, stage in _calls(build):
        scope = {**state.variables, **found.command.environment}
        if state.user in (None, "root", "0") or found.action[:1] == () or found.action[0] not in _NEEDS:
            continue
        if any(name in scope for name in _ELSEWHERE) or found.option(*_OPTIONS) or mounted(build, found):
            continue
        why = _homeless(build, stage, state)
        if why is not None:
            yield Finding(
                found.span,
                f"uv cannot make its cache: {why}",
                Fix("add `--no-cache`", (behind(found.action_words[-1], "--no-cache"),)),
            )


def _calls(build: Build) -> Iterator[tuple[Invocation, State, Stage]]:
    for found in build.invocations("uv"):
        yield found, found.command.step.before, build.stage_of(found.command.step)
    start = build.start(build.final) if build.final is not None else None
    started = invocation(start.command) if start is not None else None
    if build.final is not None and started is not None and started.tool == "uv":
        yield started, build.final.after, build.final


def _homeless(build: Build, stage: Stage, state: State) -> str | None:
    """Why the user has nowhere to keep anything; None where he has, or may have."""
    base = build.base(stage)
    if base is None or base.family not in ("debian", "alpine") or state.user is None:
        return None
    known = accounts(build, stage.all_steps, base.family)
    account = known.of(state.user)
    if account is not None:
        missing = account.has_home is False
        return f"`{account.name}` has no home directory" if missing else None
    if known.complete and state.user.isdecimal() and int(state.user) >= _FIRST:
        return f"no account has the number {state.user}, so that its home is `/`"
    return None


RULE = Rule(Build, "error", "runtime", check)
