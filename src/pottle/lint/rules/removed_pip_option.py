"""pip no longer has the option.

`pip install` stops with `no such option`, or refuses what it was used for, and the image does not build. Old guides are full of
`--install-option="--prefix=/install"`; `--prefix` has long been an option of pip itself.

Source: pip's NEWS (23.1 for `--install-option`); pip 23.0.1 says `Location-changing options found in --install-option`, 23.1 `no such option`.

Quiet where the same file installs a pip that still has it.

Bad:

```dockerfile
FROM python:3.13-slim
COPY requirements.txt .
RUN pip install --no-cache-dir --install-option="--prefix=/install" -r requirements.txt
```

Good:

```dockerfile
FROM python:3.13-slim
COPY requirements.txt .
RUN pip install --no-cache-dir --prefix=/install -r requirements.txt
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.invocations import Invocation, Option
from pottle.lint.knowledge.pip_options import REMOVED, Removed
from pottle.lint.rule import Edit, Finding, Fix, Rule

_PIN = re.compile(r"pip\s*(==|<=|<|~=)\s*(\d+)(?:\.(\d+))?.*")
_ITS_OWN = re.compile(r"--(?:prefix|root|target)=[^\s$]+")


def check(build: Build) -> Iterator[Finding]:
    """Every option of `pip install` that was removed."""
    for found in build.invocations("pip"):
        for option in found.options if found.action == ("install",) else ():
            removed = REMOVED.get(option.name)
            if removed is not None and not _pinned(build, found, removed):
                since = ".".join(map(str, removed.since))
                yield Finding(
                    option.span, f"pip has no `{option.name}` since {since}", _fix(option), hint=removed.instead
                )


def _pinned(build: Build, found: Invocation, removed: Removed) -> bool:
    """Whether an older pip was installed before."""
    for each in build.invocations("pip"):
        if each.command.span.start < found.command.span.start:
            for word in each.arguments:
                pin = _PIN.fullmatch(word.known)
                version = (int(pin[2]), int(pin[3] or 0)) if pin else removed.since
                if version < removed.since or (pin and pin[1] == "<" and version == removed.since):
                    return True
    return False


def _fix(option: Option) -> Fix | None:
    value = option.value or ""
    if option.name == "--install-option" and _ITS_OWN.fullmatch(value):
        return Fix(f"write `{value}`", (Edit(option.span, value),))
    return None


RULE = Rule(Build, "error", "build", check)
