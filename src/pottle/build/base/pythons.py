"""Files for other CPythons than the image's: `python3-*` packages serve every version that a suite has, jammy's distutils 3.10 and 3.11."""

import re
from collections.abc import Iterable, Iterator

from pottle.oci.entry import Entry

_DIRECTORY = re.compile(r"usr/lib/python(3\.\d+)(/.*)?", re.DOTALL)


def of_python(entries: Iterable[Entry], package: str, version: str) -> Iterator[Entry]:
    """The entries less those for another version; a package that has a version in its name, such as libpython3.11-stdlib, means it."""
    for entry in entries:
        found = _DIRECTORY.fullmatch(entry.path)
        if found is None or found[1] == version or found[1] in package:
            yield entry
