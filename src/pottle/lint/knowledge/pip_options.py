"""Options that pip no longer has.

Source: pip's NEWS; `--install-option` and `--global-option` for wheels tried with pip 23.0.1 and 23.1 (2026-11).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Removed:
    """An option, and since which pip it is refused."""

    since: tuple[int, int]
    instead: str


REMOVED = {
    "--install-option": Removed((23, 1), "`--prefix` and `--target` are pip's own options now"),
    "--use-mirrors": Removed((7, 0), "an index is named with `--index-url`"),
    "--allow-external": Removed((10, 0), "name the files' URL or index"),
    "--allow-unverified": Removed((10, 0), "name the files' URL or index"),
    "--allow-all-external": Removed((10, 0), "name the files' URL or index"),
    "--process-dependency-links": Removed((19, 0), "write `name @ URL` (PEP 508)"),
    "--build-dir": Removed((21, 3), "set TMPDIR"),
    "--download": Removed((8, 0), "use `pip download`"),
    "--no-use-wheel": Removed((10, 0), "write `--no-binary :all:`"),
}
"""Of `pip install`."""
