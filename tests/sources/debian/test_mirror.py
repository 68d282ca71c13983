import pytest

from pottle.errors import ConfigError
from pottle.sources.debian import mirror
from pottle.sources.debian.mirror import AptSource, MirrorWish, choose, deb822_sources, one_line_sources, read_machine
from pottle.sources.debian.suites import suite_named

TRIXIE, NOBLE = suite_named("trixie"), suite_named("noble")

DEB822 = """\
# the machine's mirror
Types: deb deb-src
URIs: https://mirror.example/debian/ https://other.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF

Types: deb
URIs: https://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb-src
URIs: https://sources.example/debian
Suites: bookworm

Enabled: no
Types: deb
URIs: https://off.example/debian
Suites: bookworm
"""


def test_what_was_asked_for_comes_first():
    machine = [AptSource("https://machine.example/debian", ("trixie",), "/etc/apt/sources.list")]
    chosen = choose(TRIXIE, "amd64", MirrorWish("https://asked.example/debian/"), machine)
    assert (chosen.archive, chosen.security) == (
        "https://asked.example/debian",
        "https://asked.example/debian-security",
    )
    assert chosen.because == "it was asked for"


def test_a_security_mirror_may_be_named_apart():
    chosen = choose(TRIXIE, "amd64", MirrorWish("https://a.example/trixie", "https://b.example/fixes/"))
    assert (chosen.archive, chosen.security) == ("https://a.example/trixie", "https://b.example/fixes")


def test_the_machines_own_mirror_comes_next_and_serves_other_suites_too():
    machine = list(deb822_sources(DEB822, "/etc/apt/sources.list.d/debian.sources"))
    chosen = choose(TRIXIE, "arm64", MirrorWish(), machine)
    assert chosen.archive == "https://mirror.example/debian"
    assert chosen.security == "https://mirror.example/debian-security"
    assert chosen.because == "the machine's apt uses it (/etc/apt/sources.list.d/debian.sources)"


def test_a_source_that_names_the_suite_is_preferred():
    machine = [
        AptSource("https://old.example/debian", ("bookworm",), "a"),
        AptSource("https://new.example/debian", ("trixie-updates",), "b"),
    ]
    assert choose(TRIXIE, "amd64", MirrorWish(), machine).archive == "https://new.example/debian"


def test_else_the_default():
    machine = [AptSource("https://apt.example/tool", ("stable",), "a")]
    assert choose(TRIXIE, "amd64", MirrorWish(), machine).archive == mirror.DEBIAN
    assert choose(TRIXIE, "amd64", MirrorWish(), machine).security == "http://ftp.debian.org/debian-security"


def test_ubuntu_has_its_other_architectures_elsewhere():
    machine = [
        AptSource("https://mirror.example/ubuntu", ("noble",), "a"),
        AptSource("https://ports.example/ubuntu-ports", ("noble",), "b"),
    ]
    assert choose(NOBLE, "amd64", MirrorWish(), machine).archive == "https://mirror.example/ubuntu"
    assert choose(NOBLE, "arm64", MirrorWish(), machine).archive == "https://ports.example/ubuntu-ports"
    assert choose(NOBLE, "amd64", MirrorWish()).archive == mirror.UBUNTU
    assert choose(NOBLE, "arm64", MirrorWish()).security == mirror.UBUNTU_PORTS


def test_snapshots_have_their_security_archive_at_the_same_time():
    wish = MirrorWish("https://snapshot.example/archive/debian/20260101T000000Z/")
    assert choose(TRIXIE, "amd64", wish).security == "https://snapshot.example/archive/debian-security/20260101T000000Z"


@pytest.mark.parametrize("url", ["ftp://a.example/debian", "/srv/debian", "https:///debian"])
def test_a_mirror_that_is_no_url_is_refused(url):
    with pytest.raises(ConfigError, match="a mirror is an http or https URL"):
        choose(TRIXIE, "amd64", MirrorWish(url))


def test_a_security_archive_that_cannot_be_told_is_asked_for_without_the_password():
    with pytest.raises(ConfigError) as caught:
        choose(TRIXIE, "amd64", MirrorWish("https://me:secret@a.example/mine"))
    assert str(caught.value) == (
        "cannot tell where the security archive of https://a.example/mine is "
        "(hint: name it with POTTLE_DEBIAN_SECURITY_MIRROR)"
    )


def test_deb822_sources():
    found = list(deb822_sources(DEB822, "x"))
    assert [source.uri for source in found] == [
        "https://mirror.example/debian",
        "https://other.example/debian",
        "https://mirror.example/debian-security",
    ]
    assert found[0].suites == ("bookworm", "bookworm-updates")


def test_one_line_sources():
    text = """
    # deb http://off.example/debian trixie main
    deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian trixie main contrib # mine
    deb-src http://a.example/debian trixie main
    deb cdrom:[Debian 13]/ trixie main
    deb file:/srv/debian trixie main
    deb http://b.example/debian ./
    deb http://c.example/debian
    """
    assert list(one_line_sources(text, "x")) == [
        AptSource("http://a.example/debian", ("trixie",), "x"),
        AptSource("http://b.example/debian", (".",), "x"),
    ]


def test_reads_the_machines_files_and_passes_over_what_it_cannot(tmp_path):
    (tmp_path / "sources.list").write_text("deb http://a.example/debian trixie main\n")
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (parts / "b.sources").write_text(DEB822)
    (parts / "c.list").write_bytes(b"deb http://c.example/debian \xff main\n")
    (parts / "d.list").mkdir()
    (parts / "e.save").write_text("deb http://no.example/debian trixie main\n")
    assert [source.uri.split("/")[2] for source in read_machine(tmp_path)] == [
        "a.example", "mirror.example", "other.example", "mirror.example", "c.example",
    ]  # fmt: skip
    assert read_machine(tmp_path / "nowhere") == ()
