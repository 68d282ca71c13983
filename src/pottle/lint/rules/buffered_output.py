"""What the program prints stays in its memory.

Standard output of a container is no terminal, so that Python collects 8 KiB before it writes anything: `docker logs` shows lines late, and
when the program is killed the last ones, which would have said why, are lost.

Source: https://docs.python.org/3/using/cmdline.html#envvar-PYTHONUNBUFFERED.

Quiet with `-u` or `PYTHONUNBUFFERED`, where a script starts the program, on bases that may set it, and in Dockerfiles for development. Quiet
where the project's code prints nothing, and for gunicorn, uvicorn, celery and the like: what comes from `logging` is flushed.

Bad:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["python", "main.py"]
```

Good:

```dockerfile
FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1
USER 1000
CMD ["python", "main.py"]
```
"""

import re
from collections.abc import Iterator, Sequence

from pottle.errors import PottleError
from pottle.lint.build import Build
from pottle.lint.commands import Word
from pottle.lint.edits import line_before
from pottle.lint.knowledge.servers import OPTION_PARSERS
from pottle.lint.purposes import is_aside
from pottle.lint.rule import Finding, Fix, Rule
from pottle.lint.servers import managed_words, program_words

_PYTHON = re.compile(r"python[0-9.]*")
_UNBUFFERED = re.compile(r"-[bBdEiIOPqsSvx]*u.*")
_VARIABLE = "PYTHONUNBUFFERED"
_PRINTING = ("print(", "sys.stdout", "click.echo", "typer.echo")
_MOST = 500
"""Modules that are looked into."""


def check(build: Build) -> Iterator[Finding]:
    """What the image starts."""
    stage = build.final
    start = build.start(stage) if stage is not None else None
    base = build.base(stage) if stage is not None else None
    if stage is None or start is None or base is None or base.family is None:
        return
    if {**stage.after.environment, **start.command.environment}.get(_VARIABLE, "") != "":
        return
    words, runs = managed_words(start.command), program_words(start.command)
    if not _python(words) or _unbuffered(words) or _name(runs[0]) in OPTION_PARSERS:
        return
    if is_aside(build) or not _prints(build):
        return
    line = line_before(build.source, start.step, f"ENV {_VARIABLE}=1")
    yield Finding(
        start.step.instruction.keyword,
        "what the program prints comes late, and the last of it not at all when it is killed",
        Fix(f"set `{_VARIABLE}=1`", (line,)) if start.step.stage == stage.index else None,
        hint=f"set it: `ENV {_VARIABLE}=1`",
    )


def _name(word: Word) -> str:
    return (word.text or "").rpartition("/")[2]


def _python(words: Sequence[Word]) -> bool:
    return bool(words) and _PYTHON.fullmatch(_name(words[0])) is not None


def _prints(build: Build) -> bool:
    """Whether the project's code writes to standard output; it may where it is not there to be read, or is too much of it."""
    project = build.project
    paths = [path for path in project.files if path.endswith(".py")] if project is not None else []
    if project is None or not paths or len(paths) > _MOST:
        return True
    try:
        return any(word in (project.tree.read(path) or "") for path in paths for word in _PRINTING)
    except PottleError:
        return True


def _unbuffered(words: Sequence[Word]) -> bool:
    """Whether Python itself is told so: by an option before what it runs, or by a word that nobody knows."""
    if not _python(words):
        return False
    for word in words[1:]:
        if word.text is None:
            return True
        if not word.text.startswith("-") or word.text in ("-m", "-c", "-"):
            return False
        if _UNBUFFERED.fullmatch(word.text):
            return True
    return False


RULE = Rule(Build, "warning", "runtime", check)
