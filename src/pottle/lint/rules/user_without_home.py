"""The program's user has no home directory.

`useradd` writes `/home/app` into `/etc/passwd`, and Debian's makes no such directory unless it is told to. Whatever keeps something at home
finds a path that is not there and may not be made: uv and pip their caches, matplotlib, NLTK, Hugging Face and git their files.

Source: useradd(8), "CREATE_HOME"; tried in python:3.13-slim: gunicorn logs `Permission denied: '/home/app'`, uv ends with
`Failed to initialize cache at /home/app/.cache/uv`.

Quiet where `--no-create-home` or another home is asked for, where `HOME` is set, and where another instruction may make the directory.

Bad:

```dockerfile
FROM python:3.13-slim
RUN useradd --uid 10001 app
USER 10001
CMD ["python", "main.py"]
```

Good:

```dockerfile
FROM python:3.13-slim
RUN useradd --create-home --uid 10001 app
USER 10001
CMD ["python", "main.py"]
```
"""

from collections.abc import Iterator

from pottle.lint.accounts import accounts
from pottle.lint.build import Build
from pottle.lint.edits import behind
from pottle.lint.rule import Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """The account that the last stage runs as."""
    stage = build.final
    user = stage.after.user if stage is not None else None
    base = build.base(stage) if stage is not None else None
    if stage is None or user in (None, "root", "0") or base is None or "HOME" in stage.after.environment:
        return
    account = accounts(build, stage.all_steps, base.family).of(user or "")
    if account is None or account.has_home is not False or account.asked:
        return
    program = account.command.words[0]
    yield Finding(
        program.span,
        f"`{account.name}` has no home directory: nothing is at {account.home}, and the program cannot make it",
        Fix("add `--create-home`", (behind(program, "--create-home"),)),
    )


RULE = Rule(Build, "warning", "runtime", check)
