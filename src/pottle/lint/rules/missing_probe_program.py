"""The health check calls a program that the image does not have.

Debian's small images and the `-slim` ones of Python have neither curl nor wget: every probe ends with `not found`, and the container is
unhealthy from its first minute, so that whatever waits for it (`condition: service_healthy`, a swarm) waits in vain.

Source: the contents of the images, see `pottle.lint.knowledge.programs`.

Quiet on other bases than Debian's, Ubuntu's, Alpine's and Python's, and where an instruction may bring the program: a package that depends
on it, a script, a copy of a whole directory. A service of a compose file is looked at where its image is built of a Dockerfile.

Bad:

```dockerfile
FROM python:3.13-slim
COPY . .
HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
```

Good:

```dockerfile
FROM python:3.13-slim
COPY . .
HEALTHCHECK CMD python -c "import urllib.request; urllib.request.urlopen('http://localhost:8000/health')" || exit 1
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.compose import Compose
from pottle.lint.knowledge.programs import PROGRAMS
from pottle.lint.probes import Probe, probes
from pottle.lint.programs import lacks
from pottle.lint.rule import Edit, Finding, Fix, Rule


def check(subject: Build | Compose) -> Iterator[Finding]:
    """The first program of each probe; what follows `||` may be there for want of it."""
    for probe in probes(subject):
        asking = [each for each in probe.commands if each.program in PROGRAMS or each.program.startswith("python")]
        if len(asking) != 1 or (asking[0].path or "") != asking[0].program:
            continue
        command = asking[0]
        if command.program in PROGRAMS and lacks(probe.build, probe.stage, command.program):
            yield Finding(
                command.words[0].span,
                f"the image has no {command.program}: the container is never healthy",
                _fix(probe, command),
                hint=f"install {command.program}, or ask with what is there",
            )


def _fix(probe: Probe, command: Command) -> Fix | None:
    text = probe.without_curl(command)
    if text is None:
        return None
    return Fix("ask with Python's urllib", (Edit(command.words[0].span.until(command.words[-1].span), text),))


RULE = Rule((Build, Compose), "error", "runtime", check)
