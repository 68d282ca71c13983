"""Which files of a git checkout are the project's: what is tracked, and what is new and not ignored.

Only the repository's own `.gitignore` files count: a user's global excludes would make the image depend on who builds it.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_TIMEOUT = 60


def listed(root: Path, environ: Mapping[str, str]) -> frozenset[str] | None:
    """The paths below `root`; None where it is no checkout or git cannot answer. A submodule is listed as its directory.

    `environ` is what git runs in, without the variables that would point it at another repository.
    """
    # Whose files they are decides nothing here: nothing that the repository configures is run, the one exception is switched off.
    trusted = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false")
    clean = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    options = ("-z", "--cached", "--others", "--exclude-per-directory=.gitignore")
    command = ("git", "-C", str(root), *trusted, "ls-files", *options)
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=_TIMEOUT, env=clean, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None  # no checkout: everything less caches then
    return frozenset(os.fsdecode(path).rstrip("/") for path in done.stdout.split(b"\0") if path)
