"""The detectors, in the order of precedence: what an earlier one says of a lock, a name or a manager outranks the later.

A new lock format is one file here, its test, and one line in `LOCKS`; a new file that names a Python, one line in `python.READERS`.
"""

from pottle.project.clues import Detector
from pottle.project.detectors import (
    bots,
    django_sites,
    dockerfile,
    inline_script,
    interfaces,
    jobs,
    mcp_servers,
    migrations,
    older_metadata,
    orchestrators,
    own_servers,
    paste,
    pdm_lock,
    pipfile,
    pipfile_lock,
    pipfile_scripts,
    poetry,
    poetry_lock,
    pottle_lock,
    procfile,
    pylock,
    pyproject,
    python,
    requirements,
    rye,
    scripts,
    server_settings,
    shell,
    start_scripts,
    unlocked,
    uv_lock,
    versioning,
    web_applications,
    workers,
)
from pottle.project.lock_format import LockFormat

LOCKS: tuple[LockFormat, ...] = (
    uv_lock.FORMAT,
    poetry_lock.FORMAT,
    pdm_lock.FORMAT,
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
    poetry.detect,
    older_metadata.detect,
    versioning.detect,
    python.detect,
    web_applications.detect,
    bots.detect,
    mcp_servers.detect,
    own_servers.detect,
    interfaces.detect,
    paste.detect,
    server_settings.detect,
    workers.detect,
    orchestrators.detect,
    migrations.detect,
    jobs.detect,
    scripts.detect,
    pipfile_scripts.detect,
    shell.detect,
    pottle_lock.detect,
    django_sites.detect,
    procfile.detect,
    dockerfile.detect,
    start_scripts.detect,
)
