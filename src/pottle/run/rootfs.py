"""An image's files as a directory: unpacked once, named by the digest, ready to be the root of a sandbox."""

import stat
from collections.abc import Callable
from pathlib import Path

from pottle.errors import HostError, UsageError
from pottle.run.image import Config, Image
from pottle.run.writable import TEMPORARY, home, volumes
from pottle.sharing import used
from pottle.text import Location
from pottle.writing import staged_directory

LAYOUT = "2"
"""Counts how a root is prepared: an older pottle's roots are not taken for ours."""
_DIRECTORIES = ("proc", "dev", TEMPORARY.lstrip("/"))
NETWORK_FILES = ("etc/hosts", "etc/resolv.conf")
PROCESSORS = "sys/devices/system"
"""What the kernel says of processors and memory: TCMalloc, for one, ends a program that cannot count them. Engines show all of /sys."""


def root_of(image: Image, cache: Path) -> Path:
    """The image's root directory in the cache, unpacked if it is not there yet. Who runs something in it has it `occupied`."""
    roots = cache / "roots" / LAYOUT
    root = roots / image.digest.replace(":", "-")
    if not root.is_dir():
        try:
            roots.mkdir(parents=True, exist_ok=True)
            make_root(root, image)
        except OSError as error:
            raise HostError(f"cannot unpack the image: {error.strerror or error}", at=Location(str(root))) from error
    used(root)
    return root


def make_root(root: Path, image: Image) -> None:
    """The image's files at `root`, ready to be the root of a sandbox."""
    with staged_directory(root.parent, f".{root.name}.") as partial:
        tree = partial / "root"
        image.unpack(tree)
        add_mount_points(tree, image.config)
        tree.chmod(0o755)
        _move(tree, root)


def _move(tree: Path, root: Path) -> None:
    """Into its place, unless another run was faster: equal digests are equal files."""
    try:
        tree.rename(root)
    except OSError:
        if not root.is_dir():
            raise


def add_mount_points(root: Path, config: Config) -> None:
    """Adds what will be mounted over and the working directory, for a root that is read-only later.

    A mount point that is a symbolic link is replaced: what it leads to would be covered in its stead.
    """
    for path in _DIRECTORIES:
        _put(root / path, stat.S_ISDIR, Path.mkdir)
    _put(root / "etc", lambda mode: stat.S_ISDIR(mode) or stat.S_ISLNK(mode), Path.mkdir)
    if not (root / "etc").is_symlink():
        for path in NETWORK_FILES:
            _put(root / path, stat.S_ISREG, Path.touch)
    for wanted in (PROCESSORS, config.working_dir, home(config), *volumes(config)):
        add_directory(root, wanted or "/")


def _put(path: Path, fits: Callable[[int], bool], make: Callable[[Path], None]) -> None:
    try:
        if fits(path.lstat().st_mode):
            return
        path.unlink()
    except FileNotFoundError:
        pass
    make(path)


def add_directory(root: Path, path: str) -> None:
    """Makes `path` inside the root; behind a symbolic link nothing is made."""
    here = root
    for name in path.strip("/").split("/"):
        here = here / name
        if name in {"", ".", ".."} or here.is_symlink() or (here.exists() and not here.is_dir()):
            return
        here.mkdir(exist_ok=True)


def memory(root: Path, config: Config) -> tuple[tuple[str, int], ...]:
    """The directories that become writable memory, and their modes, those above before those below.

    A home that holds files of the image stays. A volume covers what it holds, as one of an engine's does from the second start on.
    """
    own = home(config)
    found = [(own, 0o700)] if own is not None and _is_empty_directory(root, own) else []
    found += [(path, 0o755) for path in volumes(config) if path != own and is_directory(root, path)]
    return ((TEMPORARY, 0o1777), *sorted(found))


def _is_empty_directory(root: Path, path: str) -> bool:
    return is_directory(root, path) and not any((root / path.lstrip("/")).iterdir())


def is_directory(root: Path, path: str) -> bool:
    """Whether it is one in the root, reached without a symbolic link."""
    here = root / path.lstrip("/")
    through_links = any(p.is_symlink() for p in (here, *here.parents) if p.is_relative_to(root) and p != root)
    return not through_links and here.is_dir()


def identity(root: Path, user: str) -> tuple[int, int]:
    """The numeric user and group of `user` (config.md: `uid`, `gid`, or names from the image's passwd and group)."""
    name, _, group = user.partition(":")
    uid, own_group = _account(root, name or "0")
    return uid, _group(root, group) if group else own_group


def _account(root: Path, name: str) -> tuple[int, int]:
    for fields in _database(root, "etc/passwd", 4):
        if name in {fields[0], fields[2]}:
            return int(fields[2]), int(fields[3])
    return _numeric(name), 0


def _group(root: Path, name: str) -> int:
    for fields in _database(root, "etc/group", 3):
        if name == fields[0]:
            return int(fields[2])
    return _numeric(name)


def _database(root: Path, path: str, least: int) -> list[list[str]]:
    """The lines of passwd(5) or group(5); a symbolic link is not followed, it may lead out of the image."""
    file = root / path
    if file.is_symlink() or not file.is_file():
        return []
    lines = (line.split(":") for line in file.read_text(errors="replace").splitlines())
    return [fields for fields in lines if len(fields) >= least and all(f.isdecimal() for f in fields[2:least])]


def _numeric(name: str) -> int:
    if not (name.isascii() and name.isdecimal() and int(name) < 2**32 - 1):
        raise UsageError(f"the image has no account {name!r}", hint="the image's user should be numeric: 65532:65532")
    return int(name)
