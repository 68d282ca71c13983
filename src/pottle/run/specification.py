"""From a launch to what a sandbox is made from."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pottle.run.backend import Launch
from pottle.run.rootfs import NETWORK_FILES, PROCESSORS, identity, is_directory, memory, root_of
from pottle.run.sandbox import Spec
from pottle.run.settings import Host
from pottle.sharing import occupied


@contextmanager
def specification(launch: Launch, host: Host) -> Iterator[Spec]:
    """The sandbox for a launch, whose root stays in the cache for as long as the block lasts."""
    root = root_of(launch.image, host.cache)
    with occupied(root):
        yield specification_in(root, launch)


def specification_in(root: Path, launch: Launch) -> Spec:
    """The same, with the image's files at `root`."""
    config = launch.image.config
    uid, gid = identity(root, config.user)
    return Spec(
        root=str(root),
        argv=launch.argv,
        environment=launch.environment,
        working_dir=config.working_dir or "/",
        uid=uid,
        gid=gid,
        memory=memory(root, config),
        binds=(*_network_files(root), *_processors(root)),
    )


def _network_files(root: Path) -> tuple[tuple[str, str], ...]:
    """The machine's names and resolvers, and where they appear: with its network the program needs them."""
    if (root / "etc").is_symlink():
        return ()
    return tuple((f"/{path}", f"/{path}") for path in NETWORK_FILES if Path("/", path).is_file())


def _processors(root: Path) -> tuple[tuple[str, str], ...]:
    path = f"/{PROCESSORS}"
    return ((path, path),) if Path(path).is_dir() and is_directory(root, path) else ()
