"""Which directories of a read-only root get memory to write to."""

from pathlib import PurePosixPath

from pottle.run.image import Config

TEMPORARY = "/tmp"  # noqa: S108 - a path in the image


def home(config: Config) -> str | None:
    """The home directory that may be covered by memory: not where the program itself lies."""
    path = PurePosixPath(dict(config.environment).get("HOME", ""))
    if not path.is_absolute() or len(path.parts) < 2 or ".." in path.parts or path == PurePosixPath(TEMPORARY):
        return None
    return None if PurePosixPath(config.working_dir or "/").is_relative_to(path) else str(path)
