"""The detectors, in the order of precedence: what an earlier one says of a lock, a name or a manager outranks the later.

A new lock format is one file here, its test, and one line in `LOCKS`.
"""

from pottle.project.clues import Detector
from pottle.project.detectors import (
    foreign_locks,
    poetry,
    poetry_lock,
    pyproject,
    python_version,
    requirements,
    scripts,
    shell,
    unlocked,
    uv_lock,
    web_applications,
)
from pottle.project.lock_format import LockFormat

LOCKS: tuple[LockFormat, ...] = (
    uv_lock.FORMAT,
    poetry_lock.FORMAT,
    *foreign_locks.FORMATS,
    requirements.FORMAT,
    unlocked.FORMAT,
)
"""Which of them is read is decided by `pottle.project.precedence`; of lists and unlocked projects, the first that is there."""

DETECTORS: tuple[Detector, ...] = (
    pyproject.detect,
    poetry.detect,
    python_version.detect,
    web_applications.detect,
    scripts.detect,
    shell.detect,
)
