"""`uwsgi` takes the signal that stops a container for an order to reload.

Where it is not told otherwise the master process of uWSGI 2.0 answers SIGTERM with a brutal reload: `docker stop` waits ten seconds while it starts anew, and kills.
`die-on-term` gives the signal the meaning that everybody else gives it.

Source: https://uwsgi-docs.readthedocs.io/en/latest/Management.html#signals-for-controlling-uwsgi, "SIGTERM"; ThingsToKnow, "die-on-term".

Quiet without a master process; where the file that configures it says so, or cannot be read, where `STOPSIGNAL` names another signal, and with `UWSGI_DIE_ON_TERM`.

Bad:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["uwsgi", "--http", "0.0.0.0:8000", "--master", "--module", "shop:app"]
```

Good:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["uwsgi", "--die-on-term", "--http", "0.0.0.0:8000", "--master", "--module", "shop:app"]
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.errors import PottleError
from pottle.lint.build import Build
from pottle.lint.edits import behind
from pottle.lint.rule import Finding, Fix, Rule
from pottle.lint.servers import program_words

_PROGRAMS = ("uwsgi", "uwsgi-core", "pyuwsgi")
_SAYS_SO = ("die-on-term", "die_on_term", "unix_signal:15", "hook-master-start")
_MASTER = re.compile(r"^\s*master\s*[=:]\s*(?:1|true|on|yes)", re.MULTILINE)
_FILES = (".ini", ".yaml", ".yml", ".xml", ".json", ".conf", ".cfg")


def check(build: Build) -> Iterator[Finding]:
    """What the image starts."""
    stage = build.final
    start = build.start(stage) if stage is not None else None
    words = program_words(start.command) if start is not None else ()
    if stage is None or start is None or not words or posixpath.basename(words[0].text or "") not in _PROGRAMS:
        return
    scope = {**stage.after.environment, **start.command.environment}
    if "UWSGI_DIE_ON_TERM" in scope or any(step.instruction.name == "STOPSIGNAL" for step in stage.all_steps):
        return
    if any(word.text is None for word in words) or any(each in word.known for word in words for each in _SAYS_SO):
        return
    files = [word.known.rpartition("=")[2] for word in words[1:] if word.known.endswith(_FILES)]
    named = (
        any(word.known in ("--ini", "--yaml", "--xml", "--json", "--ini-paste") for word in words)
        or "UWSGI_INI" in scope
    )
    texts = [_text(build, path) for path in files]
    if (
        (named and not files)
        or not all(texts)
        or any(each in text for text in texts for each in (*_SAYS_SO, "include", "%("))
    ):
        return
    if not any(word.text in ("--master", "-M") for word in words) and not any(_MASTER.search(text) for text in texts):
        return
    yield Finding(
        words[0].span,
        "uWSGI reloads where it should stop: every stop ends in a kill",
        Fix("add `--die-on-term`", (behind(words[0], "--die-on-term"),)),
    )


def _text(build: Build, path: str) -> str:
    """The only file of the context that has this name; "" where nobody can know."""
    if build.project is None:
        return ""
    found = [each for each in build.project.files if posixpath.basename(each) == posixpath.basename(path)]
    try:
        return build.project.tree.read(found[0]) or "" if len(found) == 1 else ""
    except PottleError:
        return ""


RULE = Rule(Build, "warning", "runtime", check)
