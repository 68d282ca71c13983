"""The detectors, in the order of precedence: what an earlier one says of a lock, a name or a manager outranks the later.

A new lock format is one file here, its test, and one line in `LOCKS`.
"""

from pottle.project.clues import Detector
from pottle.project.detectors import (
    foreign_locks,
    pyproject,
    python_version,
    requirements,
    scripts,
    shell,
    unlocked,
    uv_lock,
    versioning,
    web_applications,
    writable_paths,
)

LOCKS: tuple[Detector, ...] = (
    uv_lock.detect,
    requirements.detect,
    foreign_locks.detect,
    unlocked.detect,
)
"""The first that finds its file gives the lock; those after it are not asked."""

DETECTORS: tuple[Detector, ...] = (
    pyproject.detect,
    versioning.detect,
    python_version.detect,
    web_applications.detect,
    scripts.detect,
    shell.detect,
    writable_paths.detect,
)
