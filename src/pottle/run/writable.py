"""Which directories of a read-only root can be written to: in memory, and gone with the container.

What an image declares as volumes is among them. Nothing of it is kept, which shows what belongs into a volume of one's own.
"""

from pathlib import PurePosixPath

from pottle.run.image import Config

TEMPORARY = "/tmp"  # noqa: S108 - a path in the image


def home(config: Config) -> str | None:
    """The home directory that may be covered by memory: not where the program itself lies."""
    path = PurePosixPath(dict(config.environment).get("HOME", ""))
    if not path.is_absolute() or len(path.parts) < 2 or ".." in path.parts or path == PurePosixPath(TEMPORARY):
        return None
    return None if PurePosixPath(config.working_dir or "/").is_relative_to(path) else str(path)


def volumes(config: Config) -> tuple[str, ...]:
    """The image's volumes: absolute, and none that would cover the program."""
    return tuple(path for path in config.volumes if _may_be_covered(PurePosixPath(path), config))


def _may_be_covered(path: PurePosixPath, config: Config) -> bool:
    usual = path.is_absolute() and len(path.parts) > 1 and ".." not in path.parts and path != PurePosixPath(TEMPORARY)
    return usual and not PurePosixPath(config.working_dir or "/").is_relative_to(path)
