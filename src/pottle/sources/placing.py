"""Files of a cache: written beside their place and moved there whole, or not there at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pottle.errors import HostError
from pottle.text import Location

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def placing(target: Path) -> Iterator[BinaryIO]:
    """A file to write to, which becomes `target` when the block ends well and vanishes when it does not."""
    with host_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".partial-", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as partial:
                yield partial
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def host_errors(place: Path) -> Iterator[None]:
    """Turns what the file system refuses into a `HostError` about `place`."""
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        what = "no space left to write this file" if full else f"cannot use this file: {error.strerror or error}"
        hint = (
            "free some space, or choose another cache directory" if full else "choose a cache directory you may write"
        )
        raise HostError(what, at=Location(str(place)), hint=hint) from error
