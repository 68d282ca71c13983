"""Random trees of entries, and foreign tars, for property tests and for tests of bad input."""

import io
import tarfile
from collections.abc import Iterable

from hypothesis import strategies as st

from pottle.oci.entry import Directory, Entry, File, Symlink

NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\0"), min_size=1, max_size=40
).filter(lambda name: name not in (".", "..") and not name.startswith(".wh.") and len(name.encode()) < 200)
MODES = st.sampled_from((0o600, 0o644, 0o755, 0o444, 0o777))
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)


@st.composite
def trees(draw: st.DrawFn) -> list[Entry]:
    """Entries that can lie beside each other: nothing below a file or a link."""
    found: dict[str, Entry] = {}
    for path in draw(st.lists(PATHS, max_size=12)):
        if any(other == path or other.startswith(f"{path}/") for other in found):
            continue
        if any(path.startswith(f"{other}/") for other, entry in found.items() if not isinstance(entry, Directory)):
            continue
        found[path] = draw(
            st.one_of(
                st.builds(File, st.just(path), st.binary(max_size=2000), MODES),
                st.builds(Directory, st.just(path), st.sampled_from((0o755, 0o700, 0o1777))),
                st.builds(Symlink, st.just(path), PATHS),
            )
        )
    return list(found.values())


def tar_of(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """A tar as somebody else might write it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info
