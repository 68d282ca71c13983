"""The detectors, in the order of precedence: what an earlier one says of a lock, a name or a manager outranks the later.

A new lock format is one file here, its test, and one line in `LOCKS`.
"""

from pottle.project.clues import Detector
from pottle.project.detectors import (
    bots,
    dockerfile,
    foreign_locks,
    jobs,
    mcp_servers,
    migrations,
    orchestrators,
    procfile,
    pyproject,
    python_version,
    requirements,
    scripts,
    shell,
    start_scripts,
    unlocked,
    uv_lock,
    web_applications,
    workers,
)
from pottle.project.lock_format import LockFormat

LOCKS: tuple[LockFormat, ...] = (
    uv_lock.FORMAT,
    *foreign_locks.FORMATS,
    requirements.FORMAT,
    unlocked.FORMAT,
)
"""Which of them is read is decided by `pottle.project.precedence`; of lists and unlocked projects, the first that is there."""

DETECTORS: tuple[Detector, ...] = (
    pyproject.detect,
    python_version.detect,
    web_applications.detect,
    bots.detect,
    mcp_servers.detect,
    workers.detect,
    orchestrators.detect,
    migrations.detect,
    jobs.detect,
    scripts.detect,
    shell.detect,
    procfile.detect,
    dockerfile.detect,
    start_scripts.detect,
)
