"""`tools/debian_knowledge.py`: what is taken from archives, and what is not."""

from pathlib import Path

import pytest
from tools.debian_knowledge import Suite, contents, distributions, is_soname, needs, note, sonames


@pytest.fixture
def trixie() -> Suite:
    """A suite of a few packages."""
    suite = Suite("trixie", "2026-11-21", "GLIBC_2.41")
    files = {
        "usr/lib/x86_64-linux-gnu/libmagic.so.1": ["libmagic1t64"],
        "usr/lib/x86_64-linux-gnu/libmagic.so.1.0.0": ["libmagic1t64"],
        "usr/lib/x86_64-linux-gnu/libmagic.so": ["libmagic-dev"],
        "usr/lib32/libmagic.so.1": ["lib32magic1"],
        "usr/lib/python3/dist-packages/_magic.so": ["python3-fast-magic"],
        "usr/lib/python3/dist-packages/python_magic-0.4.27.dist-info/METADATA": ["python3-magic"],
        "usr/lib/python3/dist-packages/Wand-0.6.egg-info/PKG-INFO": ["python3-wand"],
        "usr/bin/gpg": ["gpg"],
        "usr/bin/tool": ["python3-wand-tools"],
    }
    for path, packages in files.items():
        note(suite, path, packages, "amd64")
    suite.relations = {
        "python3-magic": ("python-magic", "python3:any, libmagic1t64 (>= 5) | other, libc6", "fonts-x"),
        "python3-wand": ("wand", "gnupg, python3-wand-tools", "libmagic1t64"),
        "python3-wand-tools": ("wand", "", ""),
        "gnupg": ("gnupg2", "gpg (= 2), libc6", ""),
        "gpg": ("gnupg2", "", ""),
        "libmagic1t64": ("file", "", ""),
    }
    return suite


def test_libraries_are_those_that_the_loader_finds(trixie: Suite):
    assert dict(trixie.libraries) == {
        ("libmagic.so.1", "libmagic1t64"): {"amd64"},
        ("libmagic.so.1.0.0", "libmagic1t64"): {"amd64"},
    }
    lines = list(sonames([trixie], {("trixie", "amd64"): 1, ("trixie", "arm64"): 2}))
    assert lines == ["libmagic.so.1\tlibmagic1t64\t3\n"], "arm64 was not read: it is as amd64"


def test_a_name_that_only_a_file_has_is_no_soname():
    names = {"libz.so.1", "libz.so.1.3.1", "libdb-5.3.so", "libuhd.so.4.8.0", "libgomp.so.1", "libgomp.so.1.0.0"}
    assert {name for name in names if is_soname(name, names)} == names - {"libz.so.1.3.1"}


def test_what_a_distributions_package_needs(trixie: Suite):
    assert trixie.distributions.keys() == {"python-magic", "wand"}
    assert list(needs("python3-magic", trixie)) == [("libmagic1t64", "D")]
    assert list(needs("python3-wand", trixie)) == [("gpg", "D"), ("libmagic1t64", "R")], (
        "through a metapackage, not its own"
    )
    lines = list(distributions([trixie], {("trixie", "amd64"): 1, ("trixie", "arm64"): 2}))
    assert lines == [
        "python-magic\tlibmagic1t64\tD\t3\n",
        "wand\tgpg\tD\t3\n",
        "wand\tlibmagic1t64\tR\t3\n",
        "=gpg\t\tgpg\n",
        "=libmagic1t64\tlibmagic\t\n",
    ]


def test_contents_of_debian_and_of_ubuntu(tmp_path: Path):
    (tmp_path / "debian").write_text(
        "usr/bin/gpg                          utils/gpg\n"
        "usr/lib/x86_64-linux-gnu/libjack.so.0   libs/libjack-jackd2-0,libs/libjack0\n"
        "usr/share/doc/gpg/README with blanks  utils/gpg\n"
    )
    (tmp_path / "ubuntu").write_text(
        "usr/lib/x86_64-linux-gnu/libcuda.so.1\trestricted/libs/libnvidia-compute-550\nusr/bin/jq\tuniverse/utils/jq\n"
    )
    assert list(contents(tmp_path / "debian")) == [
        ("usr/bin/gpg", ["gpg"]),
        ("usr/lib/x86_64-linux-gnu/libjack.so.0", ["libjack-jackd2-0", "libjack0"]),
    ]
    assert list(contents(tmp_path / "ubuntu")) == [
        ("usr/lib/x86_64-linux-gnu/libcuda.so.1", []),
        ("usr/bin/jq", ["jq"]),
    ]
