"""A command in the middle of a here-document fails, and the build goes on.

`RUN <<EOF` gives its lines to a shell, and a shell goes on after a command that has failed: only the last one decides whether the step
has. What `&&` did between the lines has to be said with `set -e`.

Source: Dockerfile reference, "Here-documents"; POSIX.1-2024, Shell Command Language, `set -e`.

Quiet with `set -e` anywhere in it, with a shell that is called with `-e`, and where nothing but the last command can fail.

Bad:

```dockerfile
FROM debian:trixie-slim
RUN <<EOF
apt-get update
apt-get install --yes --no-install-recommends libpq5
rm -rf /var/lib/apt/lists/*
EOF
```

Good:

```dockerfile
FROM debian:trixie-slim
RUN <<EOF
set -e
apt-get update
apt-get install --yes --no-install-recommends libpq5
rm -rf /var/lib/apt/lists/*
EOF
```
"""

import posixpath
import re
from collections.abc import Iterator, Sequence

from pottle.dockerfile.model import Heredoc
from pottle.dockerfile.scripts import shell_text
from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.shell.commands import runs
from pottle.shell.parser import parse
from pottle.shell.syntax import AndOr, Function, Node, Script
from pottle.text import Span

_SHELLS = re.compile(r"sh|bash|dash|ash|zsh|ksh")
_ERREXIT = re.compile(r"[-+][a-z]{0,20}e[a-z]{0,20}|errexit")
_NEVER_FAILS = frozenset({"set", "echo", "printf", "export", "umask", "shopt", ":", "true"})
_LONGEST = 1 << 18


def check(build: Build) -> Iterator[Finding]:
    """Every RUN whose body is one here-document."""
    for step in build.steps:
        if step.instruction.name != "RUN" or len(step.instruction.heredocs) != 1:
            continue
        document = step.instruction.heredocs[0]
        if build.source.at(document.word) != step.instruction.body.text.strip():
            continue
        text = shell_text(step.instruction, build.source)
        if text is None or len(text.text.text) > _LONGEST or _ends_by_itself(step, text.interpreter):
            continue
        script = parse(text.text.text)
        if script.error is None and not _says_so(script) and any(map(_may_fail, script.body[:-1])):
            yield Finding(
                document.word,
                "a command of the here-document that fails does not fail the build, unless it is the last one",
                _fix(build, document),
            )


def _ends_by_itself(step: Step, interpreter: str | None) -> bool:
    """Whether the shell is called with `-e`, or is none that is known."""
    shell: Sequence[str] = step.before.shell if interpreter is None else interpreter.split()
    words = [posixpath.basename(word) for word in shell]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if word != "-S"]
    return not words or not _SHELLS.fullmatch(words[0]) or any(map(_ERREXIT.fullmatch, words[1:]))


def _says_so(script: Script) -> bool:
    for run in runs(script):
        words = [word.text for word in run.simple.words]
        if words[:1] == ["set"] and any(map(_ERREXIT.fullmatch, words[1:])):
            return True
    return False


def _may_fail(node: Node) -> bool:
    """Whether a command in it may fail, and it would be wanted to be heard of."""
    if isinstance(node, Function):
        return False
    # Behind `||` it is meant to fail; in a branch or a loop it is not.
    meant = isinstance(node, AndOr)
    found = [run for run in runs(Script("", (node,))) if run.simple.words and not run.tolerated]
    return any(run.simple.words[0].text not in _NEVER_FAILS and not (meant and run.conditional) for run in found)


def _fix(build: Build, document: Heredoc) -> Fix:
    text = build.source.at(document.body)
    first = text.partition("\n")[0]
    at = document.body.start + (len(first) + 1 if first.startswith("#!") else 0)
    end = "\r\n" if "\r\n" in build.source.text else "\n"
    return Fix("begin with `set -e`", (Edit(Span(at, at), f"set -e{end}"),))


RULE = Rule(Build, "warning", "build", check)
