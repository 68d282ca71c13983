"""Files of a cache: written beside their place and moved there whole, or not there at all. What a killed process left goes with the next write."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pottle.errors import HostError
from pottle.text import Location
from pottle.writing import staged

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def placing(target: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which becomes `target` when the block ends well and vanishes when it does not."""
    with host_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with staged(target.parent, ".partial-") as partial:
            yield partial.file
            partial.move_to(target)


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
