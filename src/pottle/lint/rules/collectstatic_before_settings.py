"""Static files are collected with other settings than the image runs with.

`DJANGO_SETTINGS_MODULE` is set further down: `collectstatic` runs with the settings that `manage.py` falls back to. The storage, the directory
and the list of applications may be others, and what the production settings look up is not there.

Source: https://docs.djangoproject.com/en/stable/topics/settings/#designating-the-settings

Quiet where the command is given its settings, and where `manage.py` falls back to the same.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY . .
RUN python manage.py collectstatic --noinput
ENV DJANGO_SETTINGS_MODULE=shop.settings.production
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY . .
ENV DJANGO_SETTINGS_MODULE=shop.settings.production
RUN python manage.py collectstatic --noinput
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.rule import Finding, Rule
from pottle.lint.servers import program_words

_VARIABLE = "DJANGO_SETTINGS_MODULE"
_PROGRAMS = frozenset({"manage.py", "django-admin", "django"})
_DEFAULT = re.compile(rf"""{_VARIABLE}["']\s*,\s*["']([\w.]+)["']""")


def check(build: Build) -> Iterator[Finding]:
    """Every `collectstatic` before the settings are named."""
    for command in build.run_commands:
        if not _collects(command):
            continue
        later = _named_later(build, command.step)
        if later is not None and later != _fallback(build):
            yield Finding(
                command.span,
                f"collectstatic runs before {_VARIABLE} is set to {later}",
                hint=f"set {_VARIABLE} above it",
            )


def _collects(command: Command) -> bool:
    words = [word.known for word in program_words(command)]
    scope = {**command.step.before.variables, **command.environment}
    at = next((n for n, word in enumerate(words[:2]) if word.rpartition("/")[2] in _PROGRAMS), None)
    return (
        at is not None
        and words[at + 1 : at + 2] == ["collectstatic"]
        and _VARIABLE not in scope
        and not any(word.startswith("--settings") for word in words)
    )


def _named_later(build: Build, step: Step) -> str | None:
    """What the image is given: further down in the stage, or in one that stands on it."""
    stage = build.stage_of(step)
    for each in build.stages.stages:
        if stage in each.chain and each.after.environment.get(_VARIABLE) is not None:
            return each.after.environment[_VARIABLE]
    return None


def _fallback(build: Build) -> str | None:
    text = build.project.text("manage.py") if build.project is not None else None
    found = _DEFAULT.search(text) if text is not None else None
    return found[1] if found is not None else None


RULE = Rule(Build, "warning", "build", check)
