"""The detectors, in the order of precedence: what an earlier one says of a lock, a name or a manager outranks the later.

A new lock format is one file here, its test, and one line in `LOCKS`.
"""

from pottle.project.clues import Detector
from pottle.project.detectors import (
    foreign_locks,
    inline_script,
    older_metadata,
    pipfile,
    pipfile_lock,
    pipfile_scripts,
    pylock,
    pyproject,
    python_version,
    requirements,
    rye,
    scripts,
    shell,
    unlocked,
    uv_lock,
    web_applications,
)
from pottle.project.lock_format import LockFormat

LOCKS: tuple[LockFormat, ...] = (
    uv_lock.FORMAT,
    *foreign_locks.FORMATS,
    pipfile_lock.FORMAT,
    *pylock.FORMATS,
    rye.FORMAT,
    *requirements.FORMATS,
    pipfile.FORMAT,
    unlocked.FORMAT,
    *inline_script.FORMATS,
)
"""Which of them is read is decided by `pottle.project.precedence`; of lists and unlocked projects, the first that is there."""

DETECTORS: tuple[Detector, ...] = (
    pyproject.detect,
    older_metadata.detect,
    python_version.detect,
    web_applications.detect,
    scripts.detect,
    pipfile_scripts.detect,
    shell.detect,
)
