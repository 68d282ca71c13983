"""pip leaves its cache in the image.

pip keeps every file that it downloads, and every wheel that it builds, under `~/.cache/pip`. In a layer they are never used again: the
distributions are there twice, once installed and once packed.

Source: https://pip.pypa.io/en/stable/topics/caching/. Every value of `PIP_NO_CACHE_DIR` switches the cache off, `0` and `off` included (tried with pip 25).

Quiet in stages that do not reach the image, under a cache mount, with `--no-cache-dir` or `PIP_NO_CACHE_DIR`, where the same RUN removes
the cache, and where nothing is downloaded: `--no-index`, or wheels that lie there (`/wheels/*`).

Bad:

```dockerfile
FROM python:3.13-slim
COPY requirements.txt .
RUN pip install -r requirements.txt
```

Good:

```dockerfile
FROM python:3.13-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.caches import mounted, removed, switched_off
from pottle.lint.installs import local
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span


def check(build: Build) -> Iterator[Finding]:
    """Every `pip install` whose cache stays."""
    found = [each for each in build.invocations("pip") if _keeps(build, each)]
    for each in found if found and not _configured(build) else ():
        at = Span(each.behind_action, each.behind_action)
        yield Finding(
            each.span,
            "pip leaves what it has downloaded in the layer",
            Fix("add `--no-cache-dir`", (Edit(at, " --no-cache-dir"),)),
        )


def _keeps(build: Build, found: Invocation) -> bool:
    step = found.command.step
    if found.action != ("install",) or not build.in_image(step) or build.base(build.stage_of(step)) is None:
        return False
    if found.option("--no-index", "--help") or local(found) or switched_off(found) or mounted(build, found):
        return False
    return not removed(build, found)


def _configured(build: Build) -> bool:
    """Whether a configuration may have switched it off."""
    if any(word.known.endswith(("pip.conf", "pip.ini")) for copy in build.copies for word in copy.words):
        return True
    return any(command.argv[1:2] == ("config",) and "cache" in " ".join(command.argv) for command in build.run_commands)


RULE = Rule(Build, "warning", "size", check, overlaps=("DL3042",))
