"""Credential helpers: programs that keep logins (docker-credential-helpers, `docker-credential-NAME get`)."""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pottle import child
from pottle.address import Secret
from pottle.oci.registry.saying import plain
from pottle.stop import Stop

HELPER_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What stands behind `docker-credential-`: never a path."""

_NOT_FOUND = ("credentials not found in native keychain", "no credentials", "credentials not found")
_MAX_SIZE = 1 << 20


class HelperFailed(Exception):
    """The helper is missing, failed, or said what cannot be read: never a part of a login."""


def ask_helper(name: str, server: str, environ: Mapping[str, str], stop: Stop) -> tuple[str, Secret] | None:
    """User and secret for a server; None where the helper knows none."""
    program = f"docker-credential-{name}"
    found = shutil.which(program, path=environ.get("PATH"))
    if found is None:
        raise HelperFailed(f"there is no {program}")
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        question.write(server.encode())
        question.seek(0)
        try:
            code, said = child.run([found, "get"], stop, env=environ, cwd=Path("/"), stdin=question, stdout=answer)
        except OSError as error:
            raise HelperFailed(f"{program} cannot be started ({error.strerror})") from error
        answer.seek(0)
        content = answer.read(_MAX_SIZE)
    if code != 0:
        # Errors are written to stdout by convention, and by some helpers to stderr.
        words = plain((content or said).decode(errors="replace"))
        if any(known in words for known in _NOT_FOUND):
            return None
        raise HelperFailed(f"{program} failed ({code})")
    return _answer(content, program)


def _answer(content: bytes, program: str) -> tuple[str, Secret]:
    try:
        found = json.loads(content)
        username, secret = found["Username"], found["Secret"]
    except (ValueError, KeyError, TypeError, RecursionError):
        username = secret = None
    if not isinstance(username, str) or not isinstance(secret, str):
        raise HelperFailed(f"{program} did not answer with a login")
    return username, Secret(secret)
