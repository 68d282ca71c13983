"""What a .deb holds, and what it must not."""

import io
import lzma
import tarfile
from pathlib import Path

import pytest

from pottle.errors import HostError, SourceError
from pottle.oci.entry import Directory, File, Symlink
from pottle.sources.debian.deb import read_deb
from pottle.testing.debian_archive import Package, build_ar, build_deb, build_tar

CONTROL = lzma.compress(build_tar([File("control", b"Package: x\nVersion: 1\n")]))
ENTRIES = (
    Directory("usr", 0o755),
    Directory("usr/bin", 0o2775, 0, 42),
    File("usr/bin/su", b"\x7fELF" * 1000, 0o4755, 0, 42),
    File("etc/x.conf", b"a=b\n", 0o640, 1, 2),
    File("usr/share/" + "long/" * 50 + "näme", b"", 0o644),
    Symlink("usr/lib/libx.so.1", "libx.so.1.0"),
    Symlink("usr/bin/absolute", "/etc/alternatives/x"),
)


def deb(tmp_path, content):
    path = tmp_path / "x.deb"
    path.write_bytes(content)
    return read_deb(path)


def with_data(tmp_path, data, suffix=".xz"):
    packed = lzma.compress(data) if suffix == ".xz" else data
    members = {"debian-binary": b"2.0\n", "control.tar.xz": CONTROL, f"data.tar{suffix}": packed}
    return deb(tmp_path, build_ar(members))


def tar(*members, **options):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", **options) as archive:
        for name, fields, content in members:
            member = tarfile.TarInfo(name)
            for key, value in fields.items():
                setattr(member, key, value)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("compression", ["xz", "gz", "zst", ""])
def test_entries_come_back_as_they_went_in(tmp_path, compression):
    package = Package(
        "x", entries=ENTRIES, compression=compression, conffiles=("/etc/x.conf",), fields={"Depends": "y"}
    )
    found = deb(tmp_path, build_deb(package))
    assert tuple(found.entries()) == ENTRIES
    assert tuple(found.entries()) == ENTRIES, "they can be read again"
    assert found.control == package.control
    assert found.conffiles == ("/etc/x.conf",)
    assert "  etc/x.conf\n" in found.md5sums


def test_scripts_and_questions_are_read(tmp_path):
    scripts = {"preinst": "before", "postinst": "after", "templates": "Template: x/y\n"}
    (tmp_path / "x.deb").write_bytes(build_deb(Package("x", scripts=scripts)))
    found = read_deb(tmp_path / "x.deb")
    assert {name: getattr(found, name) for name in scripts} == scripts


def test_a_package_without_conffiles_and_sums(tmp_path):
    found = with_data(tmp_path, build_tar([]))
    assert (found.conffiles, found.md5sums, list(found.entries())) == ((), "", [])


def test_paths_are_normalised_and_the_root_is_passed_over(tmp_path):
    data = tar(
        ("./", {"type": tarfile.DIRTYPE}, b""), (".//usr/./lib/", {"type": tarfile.DIRTYPE}, b""), ("plain", {}, b"x")
    )
    assert [entry.path for entry in with_data(tmp_path, data).entries()] == ["usr/lib", "plain"]


def test_large_files_are_put_aside_and_are_the_same(tmp_path):
    large = File("usr/lib/libx.so", b"\x7fELF" * 5000, 0o644)
    found = deb(tmp_path, build_deb(Package("x", entries=(*ENTRIES, large))))
    aside = tmp_path / "aside"
    aside.mkdir()
    by_path = {entry.path: entry for entry in found.entries(aside)}
    kept = by_path[large.path]
    assert isinstance(kept.content, Path)
    assert kept.content.parent == aside
    assert kept.read() == large.read()
    assert [by_path[entry.path] for entry in ENTRIES] == list(ENTRIES), "small ones stay in memory"


def test_hard_links_share_the_content_of_their_file(tmp_path):
    link = {"type": tarfile.LNKTYPE, "linkname": "./usr/bin/perl", "mode": 0o755}
    data = tar(
        ("./usr/bin/perl", {"mode": 0o755}, b"content"),
        ("./a", {}, b"a"),
        ("./usr/bin/perl5", link, b""),
        ("./top", {"type": tarfile.LNKTYPE, "linkname": "usr/bin/perl5", "mode": 0o755}, b""),
    )
    perl, _, perl5, top = with_data(tmp_path, data).entries()
    assert (perl5, top) == (File("usr/bin/perl5", b"content", 0o755), File("top", b"content", 0o755))
    assert perl5.content is perl.content
    assert top.content is perl.content


BAD_MEMBERS = {
    "leaves upwards": (("../etc/passwd", {}, b"x"), "'../etc/passwd' leads out of the package"),
    "leaves in the middle": (("usr/../../x", {}, b"x"), "leads out of the package"),
    "absolute": (("/etc/passwd", {}, b"x"), "'/etc/passwd' leads out of the package"),
    "a device": (("dev/sda", {"type": tarfile.BLKTYPE}, b""), "dev/sda is neither a file nor a directory nor a link"),
    "a terminal": (("dev/tty", {"type": tarfile.CHRTYPE}, b""), "dev/tty is neither"),
    "a pipe": (("run/pipe", {"type": tarfile.FIFOTYPE}, b""), "run/pipe is neither"),
    "a link out": (("x", {"type": tarfile.LNKTYPE, "linkname": "/etc/shadow"}, b""), "'/etc/shadow' leads out"),
    "a link to nothing": (("x", {"type": tarfile.LNKTYPE, "linkname": "y"}, b""), "x is a hard link to y, which is not"),
    "a link to itself": (("x", {"type": tarfile.LNKTYPE, "linkname": "x"}, b""), "x is a hard link to x, which is not"),
}  # fmt: skip


@pytest.mark.parametrize(("member", "why"), BAD_MEMBERS.values(), ids=BAD_MEMBERS)
def test_members_that_must_not_be_unpacked(tmp_path, member, why):
    found = with_data(tmp_path, tar(("./ok", {}, b""), member))
    with pytest.raises(SourceError) as caught:
        list(found.entries())
    assert why in caught.value.what
    assert str(caught.value.at) == str(tmp_path / "x.deb")


def test_a_name_that_is_not_utf8_is_refused(tmp_path):
    data = tar(("caf\xe9", {}, b"x"), format=tarfile.GNU_FORMAT, encoding="latin-1")
    with pytest.raises(SourceError, match="'utf-8' codec can't decode"):
        list(with_data(tmp_path, data).entries())


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("pottle.sources.debian.deb._LARGEST_UNPACKED", 1 << 20)
    bomb = with_data(tmp_path, tar(("zeros", {}, bytes(2 << 20))))
    with pytest.raises(SourceError, match="it unpacks to too much"):
        list(bomb.entries())


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("pottle.sources.debian.deb._MOST_MEMBERS", 3)
    data = with_data(tmp_path, tar(*((f"f{n}", {}, b"") for n in range(4))))
    with pytest.raises(SourceError, match="it has 3 members or more"):
        list(data.entries())


GOOD = build_deb(Package("x", entries=(File("a", b"a" * 5000),)))
BAD_ARCHIVES = {
    "empty": (b"", "it is no ar archive"),
    "no ar": (b"PK\x03\x04" + bytes(100), "it is no ar archive"),
    "no members": (b"!<arch>\n", "its ar archive ends too early"),
    "header cut": (GOOD[:40], "its ar archive ends too early"),
    "header without its magic": (GOOD.replace(b"`\n", b"``", 1), "its ar archive ends too early"),
    "size is no number": (GOOD.replace(b"4         `\n", b"-4        `\n", 1), "has a member without a size"),
    "wrong order": (build_ar({"debian-binary": b"2.0\n", "data.tar.xz": b"", "control.tar.xz": CONTROL}), "'data.tar.xz' is not where it should be"),
    "no version": (build_ar({"control.tar.xz": CONTROL}), "'control.tar.xz' is not where it should be"),
    "another version": (build_ar({"debian-binary": b"3.0\n", "control.tar.xz": CONTROL}), "its format is not 2.x"),
    "unknown compression": (build_ar({"debian-binary": b"2.0\n", "control.tar.lz4": b"x"}), "in a way that is not known: .lz4"),
    "damaged xz": (build_ar({"debian-binary": b"2.0\n", "control.tar.xz": b"x" * 100}), "Input format not supported"),
    "damaged gz": (build_ar({"debian-binary": b"2.0\n", "control.tar.gz": b"x" * 100}), "Not a gzipped file"),
    "damaged zst": (build_ar({"debian-binary": b"2.0\n", "control.tar.zst": b"x" * 100}), "zstd decompress"),
    "damaged tar": (build_ar({"debian-binary": b"2.0\n", "control.tar": b"x" * 1024}), "invalid header"),
    "no control file": (build_ar({"debian-binary": b"2.0\n", "control.tar": build_tar([])}), "it has no control file"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "why"), BAD_ARCHIVES.values(), ids=BAD_ARCHIVES)
def test_what_is_no_package_is_refused(tmp_path, content, why):
    with pytest.raises(SourceError) as caught:
        deb(tmp_path, content)
    assert why in caught.value.what
    assert "\n" not in caught.value.what


def test_a_package_cut_anywhere_is_an_error_and_never_a_traceback(tmp_path):
    for end in range(0, len(GOOD), 7):
        with pytest.raises(SourceError):
            list(deb(tmp_path, GOOD[:end]).entries())


def test_members_of_later_formats_are_passed_over(tmp_path):
    members = {"debian-binary": b"2.0\n", "_signature": b"odd", "control.tar.xz": CONTROL, "_more": b"even"}
    found = deb(tmp_path, build_ar(members | {"data.tar": build_tar([File("a", b"b")]), "_last": b"x"}))
    assert list(found.entries()) == [File("a", b"b")]


def test_a_file_that_is_gone_is_the_hosts_error(tmp_path):
    with pytest.raises(HostError, match="No such file"):
        read_deb(tmp_path / "gone.deb")
