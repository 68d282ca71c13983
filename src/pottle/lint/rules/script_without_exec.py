"""The script that starts the program stays in its way.

A shell that runs `gunicorn …` as the last line of an entrypoint waits for it as its child: the shell is process 1 and passes no signal on. `docker
stop` waits ten seconds and kills, and nothing is finished, flushed or closed. `exec` puts the program in the shell's place.

Source: Dockerfile reference, "ENTRYPOINT", "exec form"; tried: dash 0.5.12 and bash 5.2 stay before the last
command of a script, whatever they do with the last one of `-c`.

Quiet for scripts that set a `trap` or leave something in the background, under an init that signals the whole group (`dumb-init`, `tini -g`), and
where no COPY brings the script from the build context; and for `"$@"` in one branch of a script that begins its programs with `exec` in others.

Bad:

```dockerfile
FROM python:3.13-slim
COPY entrypoint.sh /
USER 1000
ENTRYPOINT ["/entrypoint.sh"]
```

```
# entrypoint.sh
#!/bin/sh
set -e
python manage.py migrate
gunicorn --bind 0.0.0.0:8000 shop.wsgi
```

Good:

```dockerfile
FROM python:3.13-slim
COPY entrypoint.sh /
USER 1000
ENTRYPOINT ["/entrypoint.sh"]
```

```
# entrypoint.sh
#!/bin/sh
set -e
python manage.py migrate
exec gunicorn --bind 0.0.0.0:8000 shop.wsgi
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.errors import PottleError
from pottle.lint.build import Build, Start
from pottle.lint.knowledge.servers import OPTION_PARSERS
from pottle.lint.placed import context_file
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.shell.commands import runs
from pottle.shell.parser import parse
from pottle.shell.syntax import AndOr, Block, Case, Group, If, Node, Simple
from pottle.text import Source, Span

_SHELL = re.compile(r"sh|bash|dash|ash")
_SHEBANG = re.compile(r"#!\s*(?:/usr)?/bin/(?:env\s+(?:-S\s+)?)?(?:sh|bash|dash|ash)\b[^\n]*")
_SERVES = re.compile(
    r"(?:python|pypy)[0-9.]*|uv|poetry|pdm|pipenv|uwsgi|waitress-serve|supervisord|nginx|node|jupyter|prefect|airflow|java"
)
_PASSES_ON = ("$@", "${@}")
_ENDS = re.compile(
    r"manage\.py|\b(?:migrate|collectstatic|alembic|upgrade|makemigrations|compilemessages|createsuperuser|--version|--help|-c|-V)\b"
)
_SIGNALS_ALL = frozenset({"dumb-init", "catatonit", "s6-svscan"})
_BACKGROUND = re.compile(r"(?<![&>|<])&[ \t]*(?:$|;|[\w#)])", re.MULTILINE)
"""What leaves a command there: its shell has to wait for it."""
_LONGEST = 1 << 16


def check(build: Build) -> Iterator[Finding]:
    """The script that the image starts."""
    start = build.start(build.final) if build.final is not None else None
    path = _script(build, start) if start is not None else None
    if start is None or path is None or build.project is None:
        return
    try:
        text = build.project.tree.read(path) or ""
    except PottleError:
        return
    if len(text) > _LONGEST or _BACKGROUND.search(text) or not (_SHEBANG.match(text) or _is_shell(start)):
        return
    script = parse(text)
    if script.error is not None or any(
        run.simple.words[:1] and run.simple.words[0].text == "trap" for run in runs(script)
    ):
        return
    ends = list(_last(script.body))
    left = [each for each in ends if _stays(each)]
    if not left or (all(map(_passes_on, left)) and any(each.words[0].text == "exec" for each in ends if each.words)):
        return
    line = Source(path, text).position(left[0].span.start).line
    # Whatever is set for the command alone stands before `exec`.
    edits = tuple(
        Edit(Span(each.words[0].span.start, each.words[0].span.start), "exec ", build.project.whole(path))
        for each in left
    )
    yield Finding(
        _word(start),
        f"the shell stays before what {path}:{line} starts and passes no signal on: every stop ends in a kill",
        Fix(f"begin line {line} with `exec`" if len(left) == 1 else "begin the last commands with `exec`", edits),
    )


def _is_shell(start: Start) -> bool:
    return _SHELL.fullmatch(start.command.program) is not None


def _word(start: Start) -> Span:
    words = start.command.words
    return words[1].span if _is_shell(start) and len(words) > 1 else words[0].span


def _script(build: Build, start: Start) -> str | None:
    """The file of the context that is started."""
    stage = build.final
    words = start.command.words
    before = [posixpath.basename(word.known) for word in start.command.whole[: len(start.command.whole) - len(words)]]
    if stage is None or build.project is None or _SIGNALS_ALL & set(before) or ("tini" in before and "-g" in before):
        return None
    named = words[1] if _is_shell(start) and len(words) > 1 else words[0]
    return context_file(build, stage, named.text) if named.text else None


def _last(block: Block) -> Iterator[Simple]:
    """The commands that a script may end with."""
    if block:
        yield from _ends(block[-1])


def _ends(node: Node) -> Iterator[Simple]:
    match node:
        case Simple():
            yield node
        case AndOr(rest=rest) if all(operator == "&&" for operator, _, _ in rest):
            yield from _ends(rest[-1][2])
        case If(branches, otherwise):
            for _, then in branches:
                yield from _last(then)
            yield from _last(otherwise)
        case Case(branches=cases):
            for _, body in cases:
                yield from _last(body)
        case Group(body, subshell=False):
            yield from _last(body)
        case _:
            return


def _passes_on(simple: Simple) -> bool:
    return simple.words[0].text.strip("\"'") in _PASSES_ON


def _stays(simple: Simple) -> bool:
    """Whether it is a program that goes on running, started as a child."""
    if not simple.words:
        return False
    if _passes_on(simple):
        return True
    name = posixpath.basename(simple.words[0].text)
    words = " ".join(word.text for word in simple.words[1:])
    if name in OPTION_PARSERS:
        return not _ENDS.search(words) and (name != "flask" or "run" in words.split())
    serves = _SERVES.fullmatch(name) is not None and bool(words)
    return serves and (not _ENDS.search(words) or "runserver" in words)


RULE = Rule(Build, "warning", "runtime", check)
