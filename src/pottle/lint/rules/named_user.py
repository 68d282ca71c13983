"""The image's user is a name where Kubernetes wants a number.

A name is worth what the image's `/etc/passwd` says. Where a pod has `runAsNonRoot: true` and no `runAsUser`, the kubelet does not look there
and does not start the container: `container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root`.

Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/; kubelet, `verifyRunAsNonRoot`.

Quiet where the file does not tell the number of the user.

Bad:

```dockerfile
FROM python:3.13-slim
RUN useradd --create-home --uid 10001 app
USER app
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
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span


def check(build: Build) -> Iterator[Finding]:
    """The last USER of the image."""
    stage = build.final
    base = build.base(stage) if stage is not None else None
    if stage is None or base is None:
        return
    step = next((each for each in reversed(stage.all_steps) if each.instruction.name == "USER"), None)
    if step is None:
        return
    body = step.instruction.body
    name = body.text.partition(":")[0]
    account = accounts(build, build.before(step), base.family).found.get(name)
    if account is None or account.uid is None or name == "root" or build.source.at(body.whole) != body.text:
        return
    at = Span(body.whole.start, body.whole.start + len(name))
    yield Finding(
        at,
        f"Kubernetes cannot tell that `{name}` is not root",
        Fix(f"write its number, {account.uid}", (Edit(at, account.uid),)),
    )


RULE = Rule(Build, "info", "security", check, overlaps=("DL3066",))
