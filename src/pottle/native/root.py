"""A whole root as two things: the system that its distribution is, and the tree of what was put on top."""

import re
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pottle.native.index import ALPINE, suites
from pottle.native.needs import System, on_suite
from pottle.native.tree import Architecture, Tree

_TRIPLETS = ("x86_64-linux-gnu", "aarch64-linux-gnu")
_TRUSTED = frozenset(
    f"{top}{triplet}"
    for top in ("lib", "lib64", "usr/lib", "usr/lib64", "usr/local/lib")
    for triplet in ("", *map("/{}".format, _TRIPLETS))
)
"""Where loaders look without being told: glibc's in Debian, and musl's."""
_DISTRIBUTIONS = re.compile(r"(?:usr/)?(?:s?bin|lib|lib32|lib64|libx32|libexec|share)/.*")
_MOST = 16 << 20


def is_root(directory: Path) -> bool:
    """Whether the folder looks like one."""
    return (directory / "etc" / "os-release").exists() or (directory / "usr" / "lib" / "os-release").exists()


def suite_of(root: Path) -> str | None:
    """The suite of the index that the root is made of; None: another distribution, or a release that is not in the index."""
    release = _os_release(root)
    if release.get("ID") == ALPINE:
        return ALPINE
    name = release.get("VERSION_CODENAME", "")
    return name if name in {suite.name for suite in suites()} else None


def split(whole: Tree, root: Path, suite: str, architecture: Architecture) -> tuple[Tree, System]:
    """What is on top of the distribution, and what that has."""
    packages = frozenset(_packages(root))
    directories = _TRUSTED | frozenset(_configured(root))
    paths = (*(binary.path for binary in whole.binaries), *whole.links)
    names = frozenset(path.rpartition("/")[2] for path in paths if path.rpartition("/")[0] in directories)
    own = tuple(binary for binary in whole.binaries if not _DISTRIBUTIONS.fullmatch(binary.path))
    links = {link: target for link, target in whole.links.items() if not _DISTRIBUTIONS.fullmatch(link)}
    damaged = tuple(each for each in whole.damaged if not _DISTRIBUTIONS.fullmatch(each.path))
    tree = Tree(own, links, whole.distributions, damaged)
    return tree, replace(on_suite(suite, architecture, packages), sonames=names, rooted=True)


def _os_release(root: Path) -> Mapping[str, str]:
    """os-release(5): assignments in a shell's notation."""
    text = _text(root, "etc/os-release") or _text(root, "usr/lib/os-release")
    pairs = (line.partition("=") for line in text.splitlines()[:1000] if "=" in line and not line.startswith("#"))
    return {name.strip(): _unquoted(value) for name, _, value in pairs}


def _unquoted(value: str) -> str:
    try:
        return " ".join(shlex.split(value))
    except ValueError:
        return ""


def _packages(root: Path) -> Iterator[str]:
    """Those that dpkg, or whoever speaks for it, says are installed; distroless images have a file for each."""
    for paragraph in _text(root, "var/lib/dpkg/status").split("\n\n"):
        match = re.search(r"^Package: (\S+)$", paragraph, re.MULTILINE)
        if match is not None and re.search(r"^Status: .* installed$", paragraph, re.MULTILINE):
            yield match[1]
    listed = root / "var" / "lib" / "dpkg" / "status.d"
    if listed.is_dir() and not listed.is_symlink():
        yield from (path.name for path in listed.iterdir() if path.suffix != ".md5sums")


def _configured(root: Path) -> Iterator[str]:
    """The directories of ld.so.conf(5)."""
    directory = root / "etc" / "ld.so.conf.d"
    listed = sorted(directory.glob("*.conf")) if directory.is_dir() and not directory.is_symlink() else []
    for name in ("ld.so.conf", *(f"ld.so.conf.d/{path.name}" for path in listed)):
        for line in _text(root, f"etc/{name}").splitlines():
            if line.startswith("/"):
                yield line.strip().strip("/")


def _text(root: Path, path: str) -> str:
    """What a file of the root says, which no link may lead out of; nothing where there is none."""
    place = root / path
    for _ in range(4):
        if not place.is_symlink():
            break
        target = place.readlink()
        place = root / str(target).lstrip("/") if target.is_absolute() else place.parent / target
    try:
        status = place.stat()
        if not place.resolve().is_relative_to(root.resolve()) or not stat.S_ISREG(status.st_mode):
            return ""
        if status.st_size > _MOST:
            return ""
        return place.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
