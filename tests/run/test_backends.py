from pathlib import Path

from pottle.run import backends
from pottle.run.backends import BACKENDS


def test_each_backend_has_a_file_a_line_in_the_tuple_and_a_place_in_the_docs():
    folder = Path(backends.__file__).parent
    assert sorted(b.name for b in BACKENDS) == sorted(f.stem for f in folder.glob("[!_]*.py"))
    page = (folder.parents[3] / "docs/design/run.md").read_text()
    assert all(f"`{backend.name}`" in page for backend in BACKENDS)


def test_engines_come_before_sandboxes():
    assert [b.name for b in BACKENDS] == ["docker", "podman", "bubblewrap", "unshare"]
