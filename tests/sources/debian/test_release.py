"""The signature, the dates and the names of a Release."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from pottle.errors import IntegrityError, SourceError
from pottle.sources.debian.release import BadSignature, InvalidRelease, Signed, parse
from pottle.sources.debian.suites import suite_named
from pottle.testing.debian_archive import DATE, DebianArchive, Package

WEEK = timedelta(days=7)


@pytest.fixture
def published(served):
    served.add(Package("hello"))
    return served


def names(served, cache, **options):
    return [package.name for package in served.open(cache, **options).resolve(["hello"])]


# --- reading


def test_a_release_lists_files_by_sha256_only():
    text = (
        "Date: Sat, 12 Sep 2026 07:55:41 UTC\nMD5Sum:\n d41d8cd98f00b204e9800998ecf8427e 7 main/a\n"
        f"SHA256:\n {'0' * 64}        9 main/a\n {'1' * 64}       10 main/a.xz\n"
    )
    release = parse(text.encode())
    assert release.date == datetime(2026, 9, 12, 7, 55, 41, tzinfo=UTC)
    assert (release.valid_until, release.by_hash) == (None, False)
    listed = release.file("main/a")
    assert listed is not None
    assert (listed.sha256, listed.size) == ("0" * 64, 9)
    assert release.file("main/b") is None
    assert release.file("main/.") is None


@pytest.mark.parametrize(
    "date", ["Thu, 19 Nov 2026  0:50:08 UTC", "19 Nov 2026 00:50:08 +0000", "19 Nov 2026 0:50:08 GMT"]
)
def test_dates_as_archives_write_them(date):
    assert parse(f"Date: {date}\n".encode()).date == datetime(2026, 11, 19, 0, 50, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "Suite: x\n", "Date: yesterday\n", "Date: 1 Jan 2026 00:00:00 +0100\n", "Date: 31 Feb 2026 00:00:00 UTC\n"],
)
def test_refuses_what_is_no_release(text):
    with pytest.raises(ValueError, match=r"Date|date|day"):
        parse(text.encode())


def test_clear_and_detached_signatures_are_remembered_whole():
    for signed in (Signed(b"a"), Signed(b"text\n", b"-----BEGIN PGP SIGNATURE-----\n\nx\n")):
        assert Signed.load(signed.dump()) == signed


# --- signatures


@pytest.mark.parametrize("sign", ["clear", "detached"])
def test_a_good_signature_is_accepted(published, tmp_path, sign):
    published.publish(sign=sign)
    assert names(published, tmp_path) == ["hello"]


@pytest.mark.parametrize("sign", ["altered", "foreign", "none"])
def test_a_bad_signature_is_refused_and_nothing_is_kept(published, tmp_path, sign):
    published.publish(sign=sign)
    with pytest.raises(
        IntegrityError, match=r"the Release of http://127.0.0.1:\d+/debian\S+ has no good signature: "
    ) as caught:
        names(published, tmp_path)
    assert "\n" not in str(caught.value)
    assert caught.value.hint == "the mirror is broken or tampered with: name another one"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_detached_signature_of_another_text_is_refused(published, tmp_path):
    published.publish(sign="detached")
    published.files["/debian/dists/trixie/Release"] += b"X-More: yes\n"
    with pytest.raises(IntegrityError, match="no good signature"):
        names(published, tmp_path)


def test_only_what_is_signed_is_read(published):
    signed = published.files["/debian/dists/trixie/InRelease"]
    around = b"Codename: evil\n\n" + signed + b"\nCodename: evil\n"
    assert Signed(around).verify(published.keys) == Signed(signed).verify(published.keys)


def test_ubuntus_keys_do_not_vouch_for_debian(published):
    signed = Signed(published.files["/debian/dists/trixie/InRelease"])
    assert parse(signed.verify(published.keys)).fields["Codename"] == "trixie"
    for suite in ("trixie", "noble"):
        with pytest.raises(BadSignature):
            signed.verify(suite_named(suite).read_keys())


@pytest.mark.parametrize(("suite", "field"), [("trixie", "Codename"), ("noble", "Suite")])
def test_one_pocket_does_not_pass_for_another(tmp_path, suite, field):
    with DebianArchive(suite_named(suite)) as served:
        family = served.suite.family
        served.files[f"/{family}/dists/{suite}/InRelease"] = served.files[f"/{family}/dists/{suite}-updates/InRelease"]
        with pytest.raises(IntegrityError, match=rf"is not that of {suite}: it is signed as '{suite}-updates'"):
            served.open(tmp_path).resolve(["hello"])
    assert served.suite.identity == field


def test_a_signed_text_that_is_no_release_is_refused(published, tmp_path):
    published._sign("/debian/dists/trixie", b"Codename: trixie\n", "clear")
    with pytest.raises(IntegrityError, match="is not that of trixie: it has no Date"):
        names(published, tmp_path)
    with pytest.raises(InvalidRelease):
        parse(b"Codename: trixie\n")


# --- dates


def test_an_expired_release_is_refused_with_the_way_out(published, tmp_path):
    published.publish(valid=WEEK)
    assert names(published, tmp_path) == ["hello"]
    published.now = DATE + WEEK + timedelta(seconds=1)
    with pytest.raises(SourceError) as caught:
        names(published, tmp_path / "new")
    # The pockets are read side by side: any of them may be the first to say it.
    assert re.search(r"/dists/trixie(-updates|-security)? expired on 2026-01-08 12:00 UTC ", str(caught.value))
    assert "(hint: the mirror lags behind: name another one, or accept it with --allow-expired trixie)" in str(
        caught.value
    )
    assert not any((tmp_path / "new").rglob("trixie"))


def test_an_expired_release_in_the_cache_is_refused_too(published, tmp_path):
    published.publish(valid=timedelta(hours=1, minutes=30))
    assert names(published, tmp_path) == ["hello"]
    published.now += timedelta(minutes=40)
    with pytest.raises(SourceError, match="expired"):
        names(published, tmp_path)


def test_an_expired_release_is_accepted_on_demand_and_reported(published, tmp_path):
    published.publish(valid=timedelta(minutes=30))
    archive = published.open(tmp_path, allow_expired=frozenset({"trixie"}))
    assert archive.resolve(["hello"])
    assert archive.expired == ("trixie", "trixie-updates", "trixie-security")
    with pytest.raises(SourceError, match="expired"):
        names(published, tmp_path, allow_expired=frozenset({"trixie-updates"}))


def test_a_release_from_the_future_is_refused(published, tmp_path):
    published.now = DATE - timedelta(hours=1)
    with pytest.raises(SourceError, match=r"which is in the future \(hint: check this machine's clock\)"):
        names(published, tmp_path)


def test_an_older_release_than_one_seen_is_refused_and_the_newer_one_kept(published, tmp_path):
    assert names(published, tmp_path) == ["hello"]
    published.publish(date=DATE - timedelta(days=1))
    with pytest.raises(
        SourceError, match=r"is of 2025-12-31 12:00 UTC, older than the one of 2026-01-01 12:00 UTC seen before"
    ):
        names(published, tmp_path, max_age=timedelta(0))
    assert names(published, tmp_path) == ["hello"]


# --- freshness


def releases_asked_for(served):
    return sum(path.endswith("InRelease") for path in served.requests)


def test_within_its_age_the_cache_answers_without_the_network(published, tmp_path):
    assert names(published, tmp_path) == ["hello"]
    published.requests.clear()
    published.now += timedelta(minutes=59)
    assert names(published, tmp_path) == ["hello"]
    assert published.requests == []


def test_after_its_age_the_release_is_asked_for_again_and_the_index_is_not(published, tmp_path):
    assert names(published, tmp_path) == ["hello"]
    published.requests.clear()
    published.now += timedelta(minutes=61)
    assert names(published, tmp_path) == ["hello"]
    assert releases_asked_for(published) == len(published.requests) == 3


def test_age_zero_always_asks(published, tmp_path):
    for _ in range(2):
        assert names(published, tmp_path, max_age=timedelta(0)) == ["hello"]
    assert releases_asked_for(published) == 6


@pytest.mark.parametrize("damage", [b"", b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"\xff" * 100])
def test_a_damaged_release_in_the_cache_is_fetched_again(published, tmp_path, damage):
    assert names(published, tmp_path) == ["hello"]
    stamps = {path: path.stat().st_mtime for path in (tmp_path / "releases").rglob("trixie*")}
    for path in stamps:
        path.write_bytes(damage)
    assert names(published, tmp_path) == ["hello"]
    assert releases_asked_for(published) == 6


def test_what_another_mirror_said_is_no_reason_to_refuse(published, tmp_path):
    assert names(published, tmp_path) == ["hello"]
    with DebianArchive() as other:
        other.add(Package("hello"))
        other.publish(date=DATE - timedelta(days=1))
        assert names(other, tmp_path) == ["hello"]
