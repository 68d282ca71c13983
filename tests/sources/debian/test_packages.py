import lzma

import pytest

from pottle.errors import IntegrityError, SourceError
from pottle.sources.debian.packages import BinaryPackage, Index, compile_index
from pottle.sources.http import Expected

PYTHON = """\
Package: libpython3.13-minimal
Source: python3.13 (3.13.5-2)
Version: 3.13.5-2+b1
Architecture: amd64
Multi-Arch: same
Priority: important
Installed-Size: 5114
Pre-Depends: libc6 (>= 2.36~)
Depends: libssl3t64 (>= 3.5.0),
 zlib1g
Recommends: nothing
Breaks: binfmt-support (<< 1.1.2)
Description: Minimal subset
 Depends: not this
Filename: pool/main/p/python3.13/libpython3.13-minimal_3.13.5-2+b1_amd64.deb
Size: 862216
SHA256: aaaa
"""
EXIM = "Package: exim4\nVersion: 1\nArchitecture: all\nProvides: mail-transport-agent, mta (= 4.0), x:any\nSize: 1\n"


def index(directory, text, suite="trixie"):
    packed = directory / "Packages.xz"
    packed.write_bytes(lzma.compress(text.encode()))
    compile_index(packed, directory / "index", Expected("", len(text.encode())))
    return Index(directory / "index", suite)


def test_a_package_comes_back_with_all_that_resolving_needs(tmp_path):
    (package,) = index(tmp_path, PYTHON).named("libpython3.13-minimal")
    assert package == BinaryPackage(
        name="libpython3.13-minimal",
        version="3.13.5-2+b1",
        architecture="amd64",
        suite="trixie",
        filename="pool/main/p/python3.13/libpython3.13-minimal_3.13.5-2+b1_amd64.deb",
        sha256="aaaa",
        size=862216,
        source="python3.13",
        source_version="3.13.5-2",
        installed_size=5114,
        multi_arch="same",
        priority="important",
        pre_depends="libc6 (>= 2.36~)",
        depends="libssl3t64 (>= 3.5.0), zlib1g",
        breaks="binfmt-support (<< 1.1.2)",
    )
    assert [str(wish) for (wish,) in package.demands] == ["libc6 (>= 2.36~)", "libssl3t64 (>= 3.5.0)", "zlib1g"]


def test_what_a_package_leaves_out_has_its_meaning(tmp_path):
    (package,) = index(tmp_path, EXIM).named("exim4")
    assert (package.source, package.source_version, package.installed_size) == ("exim4", "1", 0)
    assert (package.priority, package.rank, package.demands) == ("optional", 3, ())


def test_virtual_packages_lead_to_their_providers(tmp_path):
    found = index(tmp_path, f"{EXIM}\n{EXIM.replace('exim4', 'postfix')}")
    assert list(found.providing("mta")) == ["exim4", "postfix"]
    assert list(found.providing("mail-transport-agent")) == ["exim4", "postfix"]
    assert list(found.providing("x")) == ["exim4", "postfix"]
    assert list(found.providing("exim4")) == list(found.named("mta")) == []


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 257])
def test_every_name_is_found_and_no_other(tmp_path, count):
    names = [f"a{number}" for number in range(count)]
    found = index(tmp_path, "\n".join(f"Package: {name}\nVersion: 1\nSize: 1\n" for name in names))
    assert sorted(found.names()) == sorted(names)
    for name in names:
        assert [package.name for package in found.named(name)] == [name]
    for name in ("", "a", "a-", "b", "a0a", "a00", "~", "="):
        assert list(found.named(name)) == []


def test_several_versions_of_one_name(tmp_path):
    text = EXIM + "\n\n" + EXIM.replace("Version: 1", "Version: 2")
    assert sorted(package.version for package in index(tmp_path, text).named("exim4")) == ["1", "2"]


def test_the_index_does_not_depend_on_where_blocks_end(tmp_path, monkeypatch):
    text = "\n".join(f"Package: p{n}\nVersion: {n}\nDepends: a,\n b\nSize: 1\n" for n in range(40))
    index(tmp_path, text)
    whole = (tmp_path / "index").read_bytes()
    for step in (1, 2, 7, 64):
        monkeypatch.setattr("pottle.sources.debian.packages._STEP", step)
        index(tmp_path, text)
        assert (tmp_path / "index").read_bytes() == whole


def test_more_text_than_the_release_says_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "p.xz").write_bytes(lzma.compress(PYTHON.encode()))
    with pytest.raises(SourceError, match="unpacks to more than its Release says"):
        compile_index(tmp_path / "p.xz", tmp_path / "index", Expected("", 100))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.xz"]


@pytest.mark.parametrize("content", [b"no xz", lzma.compress(PYTHON.encode())[:-20]])
def test_what_cannot_be_unpacked_is_refused(tmp_path, content):
    (tmp_path / "p.xz").write_bytes(content)
    with pytest.raises(SourceError, match="cannot be unpacked"):
        compile_index(tmp_path / "p.xz", tmp_path / "index")


def test_another_file_is_no_index(tmp_path):
    (tmp_path / "index").write_bytes(b"something else entirely")
    with pytest.raises(IntegrityError, match="is not an index of packages"):
        Index(tmp_path / "index", "trixie")


def test_a_size_that_is_no_number_is_an_error_that_names_the_package(tmp_path):
    found = index(tmp_path, EXIM.replace("Size: 1", "Size: big"))
    with pytest.raises(SourceError, match="trixie describes exim4 in a way that cannot be read"):
        list(found.named("exim4"))
