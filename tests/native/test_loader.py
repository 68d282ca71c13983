"""What the dynamic loader opens for a name."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.native.trees import binary, tree

from pottle.native.folder import read_file
from pottle.native.loader import SYSTEM, Loader
from pottle.native.tree import Binary, Tree

LIBRARY = binary("pkg.libs/libx-1a2b3c4d.so.1", soname="libx-1a2b3c4d.so.1")

FINDS = {
    "below the RUNPATH": (binary("pkg/m.abi3.so", runpath="$ORIGIN/../pkg.libs"), "libx-1a2b3c4d.so.1"),
    "below the RPATH": (binary("pkg/m.abi3.so", rpath="${ORIGIN}/../pkg.libs"), "libx-1a2b3c4d.so.1"),
    "in the second of two directories": (binary("pkg/m.abi3.so", rpath="/build/lib:$ORIGIN/../pkg.libs"), LIBRARY.name),
    "by a path": (binary("pkg/m.abi3.so"), "$ORIGIN/../pkg.libs/libx-1a2b3c4d.so.1"),
    "anywhere in the environment, loaded before": (binary("other/m.abi3.so"), "libx-1a2b3c4d.so.1"),
}


@pytest.mark.parametrize(("asking", "name"), FINDS.values(), ids=FINDS)
def test_a_bundled_library_is_found(asking: Binary, name: str):
    assert Loader(tree(asking, LIBRARY), ()).find(name, asking) == LIBRARY


LOST = {
    "out of the tree": (binary("m.abi3.so", rpath="$ORIGIN/../../pkg.libs"), "$ORIGIN/../../pkg.libs/" + LIBRARY.name),
    "where the build machine had it": (binary("pkg/m.abi3.so"), "/pkg.libs/libx-1a2b3c4d.so.1"),
    "for another machine": (binary("pkg/m.abi3.so", machine=183, rpath="$ORIGIN/../pkg.libs"), LIBRARY.name),
    "of another word size": (binary("pkg/m.abi3.so", bits=32, rpath="$ORIGIN/../pkg.libs"), LIBRARY.name),
    "by another name": (binary("pkg/m.abi3.so", rpath="$ORIGIN/../pkg.libs"), "libx.so.1"),
}


@pytest.mark.parametrize(("asking", "name"), LOST.values(), ids=LOST)
def test_what_the_loader_would_not_open_is_not_found(asking: Binary, name: str):
    assert Loader(tree(asking, LIBRARY), ()).find(name, asking) is None


def test_the_systems_library_comes_before_a_strangers_and_after_ones_own():
    own = binary("a/libz.so.1", soname="libz.so.1")
    beside, elsewhere = binary("a/m.abi3.so", rpath="$ORIGIN"), binary("b/m.abi3.so")
    loader = Loader(tree(own, beside, elsewhere), {"libz.so.1"})

    assert loader.find("libz.so.1", beside) == own
    assert loader.find("libz.so.1", elsewhere) == SYSTEM


def test_runpath_replaces_rpath():
    asking = binary("pkg/m.abi3.so", rpath="$ORIGIN/../pkg.libs", runpath="$ORIGIN")
    hidden = binary("pkg.libs/libq.so.1")
    found = Loader(tree(asking, hidden), {"libq.so.1"}).find("libq.so.1", asking)

    assert found == SYSTEM


def test_links_are_followed_within_the_tree_alone():
    asking, real = binary("lib/m.abi3.so", rpath="$ORIGIN"), binary("lib/libx.so.1.2.3")
    links = {"lib/libx.so.1": "lib/libx.so.1.2.3", "lib/liby.so.1": "../../etc/liby.so.1"}
    loader = Loader(tree(asking, real, links=links), ())

    assert loader.find("libx.so.1", asking) == real
    assert loader.find("liby.so.1", asking) is None


def test_in_a_root_absolute_paths_lead_somewhere():
    asking, real = binary("app/m.abi3.so", rpath="/opt/lib"), binary("opt/lib/libx.so.1")

    assert Loader(tree(asking, real), (), rooted=True).find("libx.so.1", asking) == real


paths = st.text(st.sampled_from("ab./$ORIGN{}"), max_size=12)


@given(paths, paths, paths)
def test_whatever_the_paths_nothing_outside_of_the_tree_is_named(rpath: str, name: str, link: str):
    asking, other = binary("a/b/m.abi3.so", rpath=rpath.replace("\0", "") or "x"), binary("a/ab")
    loader = Loader(tree(asking, other, links={link: name}), (), rooted=True)

    assert loader.find(name, asking) in (None, asking, other)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no such loader")
def test_this_machines_loader_finds_the_same():
    """For the extension modules beside this interpreter: what `LD_TRACE_LOADED_OBJECTS` says of what lies beside them."""
    site = Path(pytest.__file__).parents[1]
    paths = [path for path in sorted(site.glob("**/*.so*")) if path.is_file() and not path.is_symlink()]
    found = {path: elf for path in paths if (elf := read_file(path)) is not None}
    binaries = {path: Binary(str(path.relative_to(site)), elf) for path, elf in found.items()}
    loader = Loader(Tree(tuple(binaries.values())), ())
    seen = 0
    for path, each in list(binaries.items())[:60]:
        told = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False).stdout
        for name in each.elf.needed:
            line = next((line for line in told.splitlines() if line.strip().startswith(f"{name} => {site}")), None)
            if line is not None:
                seen += 1
                expected = binaries[Path(line.split(" => ")[1].split(" (")[0]).resolve()]
                assert loader.find(name, each) == expected
    assert seen or not any(".libs" in str(path) for path in paths)
