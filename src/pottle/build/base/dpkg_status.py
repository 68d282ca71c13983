"""Which packages an image holds, where vulnerability scanners look for it: `/var/lib/dpkg/status.d/PACKAGE`.

A file for each package, in that package's own layer, rather than one database that every layer would change: the form that
distroless images introduced (PACKAGE_METADATA.md there) and that scanners read, layer by layer if they like.
"""

from collections.abc import Collection, Iterator

from pottle.build.base.usrmerge import merged_path
from pottle.oci.entry import Entry, File

STATUS = "var/lib/dpkg/status.d"


def status(name: str, control: str, md5sums: str, kept: Collection[str]) -> Iterator[Entry]:
    """The package's control paragraph (deb-control(5)), and the MD5 sums of those of its files that are in the image (`kept`)."""
    yield File(f"{STATUS}/{name}", f"{control.strip()}\n".encode())
    lines = [f"{digest}  {path}\n" for digest, path in _sums(md5sums) if path in kept]
    yield File(f"{STATUS}/{name}.md5sums", "".join(lines).encode())


def _sums(md5sums: str) -> Iterator[tuple[str, str]]:
    """Digest and path of every line (deb-md5sums(5)), the paths as they are in the image."""
    for line in md5sums.splitlines():
        digest, _, path = line.partition("  ")
        if path:
            yield digest, merged_path(path.removeprefix("./"))
