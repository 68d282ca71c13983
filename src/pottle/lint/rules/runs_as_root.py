"""The program runs as root.

Whoever breaks out of the program is root in the container: may write every file of the image, and is one kernel bug or one mounted
socket away from the host. Kubernetes' restricted policy refuses such an image (`runAsNonRoot`).

Source: CIS Docker Benchmark 4.1; https://kubernetes.io/docs/concepts/security/pod-security-standards/.

Quiet where the base is not known to start as root, and where what is started changes the user itself: gosu, su-exec, setpriv, uWSGI,
supervisord, Apache, nginx, dnsmasq, `--user`, or a script that cannot be read.

Bad:

```dockerfile
FROM python:3.13-slim
CMD ["python", "main.py"]
```

Good:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["python", "main.py"]
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.errors import PottleError
from pottle.lint.accounts import accounts
from pottle.lint.build import Build, Start
from pottle.lint.edits import line_before
from pottle.lint.rule import Finding, Fix, Rule

_CHANGES_USER = re.compile(
    r"\b(?:gosu|su-exec|setpriv|runuser|chroot|su|sudo|s6-setuidgid|setuidgid|uwsgi|supervisord|nginx|httpd|apache2(?:ctl)?|apachectl|dnsmasq|sshd|circusd|postgres)\b"
    r"|(?:^|\s)(?:/init|--uid|--user)(?:[\s=]|$)"
)
"""Also servers that begin as root and give it up by their own configuration, and s6-overlay's `/init`."""
_ONLY_RUN = ("tini", "dumb-init", "catatonit")
"""They run what they are given; nobody knows what where they are given nothing."""
_UID = 10001
"""Above the accounts of Debian's packages and of people (1000 …)."""
_ACCOUNT = {
    "debian": f"RUN useradd --create-home --uid {_UID} app",
    "ubuntu": f"RUN useradd --create-home --uid {_UID} app",
    "alpine": f"RUN adduser -D -u {_UID} app",
}


def check(build: Build) -> Iterator[Finding]:
    """The last stage, where it starts something."""
    stage = build.final
    start = build.start(stage) if stage is not None else None
    base = build.base(stage) if stage is not None else None
    if stage is None or start is None or (base is None and stage.after.user is None):
        return
    user = stage.after.user
    named = any(step.instruction.name == "USER" for step in stage.all_steps)
    if user not in (None, "root", "0") or (user is None and (named or base is None or base.family is None)):
        return
    if _changes_user(build, start):
        return
    own = user is None and base is not None and start.step.stage == stage.index
    yield Finding(
        start.step.instruction.keyword,
        "the program runs as root",
        _fix(build, start, base.family) if own and base is not None else None,
        hint="name a user before it: `USER 1000`",
    )


def _fix(build: Build, start: Start, family: str | None) -> Fix | None:
    """Become the one user that the image makes; where it makes none, make one."""
    made = accounts(build, build.before(start.step), family)
    others = list(made.found.values())
    if not made.complete or len(others) > 1:
        return None
    if others:
        user = others[0].uid or others[0].name
        return Fix(f"become `{others[0].name}`", (line_before(build.source, start.step, f"USER {user}"),), safe=False)
    account = _ACCOUNT.get(family or "")
    if account is None:
        return None
    return Fix("add a user", (line_before(build.source, start.step, account, f"USER {_UID}"),), safe=False)


def _changes_user(build: Build, start: Start) -> bool:
    """Whether what is started gives up root itself; a script that cannot be read may."""
    if _CHANGES_USER.search(" ".join(word.known for word in start.command.whole)):
        return True
    scripts = [word.known for word in start.command.whole if word.known.endswith(".sh") or "entrypoint" in word.known]
    for script in scripts:
        texts = _texts(build, posixpath.basename(script))
        if not texts or any(map(_CHANGES_USER.search, texts)):
            return True
    return start.command.program in _ONLY_RUN


def _texts(build: Build, name: str) -> list[str]:
    """The project's files of that name."""
    if build.project is None:
        return []
    found = []
    for path in build.project.files:
        if posixpath.basename(path) == name:
            try:
                found.append(build.project.tree.read(path) or "")
            except PottleError:
                return []
    return found


RULE = Rule(Build, "warning", "security", check, overlaps=("DL3002",))
