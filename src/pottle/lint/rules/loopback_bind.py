"""The server listens where only the container itself reaches it.

gunicorn, uvicorn, hypercorn, granian, daphne, `flask run`, `fastapi dev` and Django's `runserver` listen on 127.0.0.1 unless they are told
otherwise. In a container that is the container's own loopback interface: a published port answers nobody.

Source: each server's documentation; measured, see `pottle.lint.knowledge.servers`.

Quiet where a variable (`UVICORN_HOST`, `GUNICORN_CMD_ARGS`, `PORT` for gunicorn …), a configuration file or a socket may say
otherwise, and where a word of the command is not known before it runs.

Bad:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["uvicorn", "main:app", "--port", "8000"]
```

Good:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["uvicorn", "main:app", "--port", "8000", "--host", "0.0.0.0"]
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Word
from pottle.lint.edits import behind, instead
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.lint.servers import Served, served

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a container has to listen on
_LOOPBACK = re.compile(r"(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)(:\d+)?")
_PORT = re.compile(r"\d+")


def check(build: Build) -> Iterator[Finding]:
    """The server that the image starts."""
    start = build.start(build.final) if build.final is not None else None
    found = served(start.command) if start is not None else None
    if found is None or not found.known or _decided_elsewhere(build, found):
        return
    given = _given(found)
    if given is None and found.server.everywhere:
        return
    if given is None:
        yield Finding(
            found.words[0].span,
            f"{found.server.name} listens on 127.0.0.1 by default: nothing outside the container reaches it",
            Fix(f"listen on {EVERYWHERE}", (_listening(found),)),
        )
        return
    word, value = given
    loopback = _LOOPBACK.fullmatch(value)
    if loopback is not None and word.known.endswith(value):
        text = word.known.removesuffix(value) + EVERYWHERE + (loopback[2] or "")
        yield Finding(
            word.span,
            f"`{value}` is reached from inside the container only",
            Fix(f"listen on {EVERYWHERE}", (instead(word, text),)),
        )


def _decided_elsewhere(build: Build, found: Served) -> bool:
    server = found.server
    assert build.final is not None
    if any(name in build.final.after.environment for name in server.variables) or found.has(*server.elsewhere):
        return True
    if any(word.known.startswith(f"{option} ") for word in found.words for option in server.host):
        return True  # `merged-argument` tells that
    if not server.files:
        return False
    return build.project is None or any(path.rpartition("/")[2] in server.files for path in build.project.files)


def _given(found: Served) -> tuple[Word, str] | None:
    if not found.server.positional:
        return found.value(*found.server.host)
    address = next((word for word in found.words[1:] if not word.known.startswith("-")), None)
    return None if address is None or _PORT.fullmatch(address.known) else (address, address.known)


def _listening(found: Served) -> Edit:
    server = found.server
    if server.positional:
        port = next((word for word in found.words[1:] if _PORT.fullmatch(word.known)), None)
        if port is not None:
            return instead(port, f"{EVERYWHERE}:{port.known}")
        return behind(found.words[0], f"{EVERYWHERE}:{server.port}")
    return behind(found.words[-1], server.host[0], EVERYWHERE if server.port is None else f"{EVERYWHERE}:{server.port}")


RULE = Rule(Build, "error", "runtime", check)
