"""The real archives, from the machine's own mirror or the default one; skipped, saying so, where one is out of reach."""

import pytest

from pottle.errors import SourceError
from pottle.http import HttpOptions
from pottle.oci.entry import File
from pottle.sources.debian.archive import Archive, ArchiveOptions, glibc_version
from pottle.sources.debian.deb import read_deb
from pottle.sources.debian.mirror import MirrorWish, choose, read_machine
from pottle.sources.debian.suites import ARCHITECTURES, SUITES
from pottle.sources.http import Http

pytestmark = pytest.mark.network

WITHOUT = {"debconf", "dpkg", "openssl", "perl-base"}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(
    params=[(suite, arch) for suite in SUITES for arch in ARCHITECTURES], ids=lambda p: f"{p[0].name}-{p[1]}"
)
def archive(request, cache):
    suite, architecture = request.param
    mirrors = choose(suite, architecture, MirrorWish(), read_machine())
    with Http(HttpOptions(attempts=2)) as http:
        try:
            http.read(f"{mirrors.archive}/dists/{suite.name}/InRelease", limit=1 << 24)
        except SourceError as error:
            pytest.skip(f"{suite.name}'s mirror is out of reach: {error.what}")
        # testing's mirrors lag behind now and then; that is not what is tested here
        allowed = frozenset({"forky"} & {suite.name})
        yield Archive(suite, architecture, mirrors, ArchiveOptions(cache, http, allow_expired=allowed))


def test_python_resolves_is_fetched_and_read(archive):
    python = f"python{archive.suite.python}"
    names = [python, f"lib{python}-stdlib", "libstdc++6", "libgcc-s1", "ca-certificates", "netbase", "tzdata"]
    packages = archive.resolve(names, WITHOUT)
    assert set(names) <= {package.name for package in packages}
    assert not WITHOUT & {package.name for package in packages}
    assert (glibc_version(packages) or (0, 0)) >= (2, 35)
    wanted = [package for package in packages if package.name in {f"{python}-minimal", "netbase"}]
    entries = [entry for path in archive.fetch_all(wanted) for entry in read_deb(path).entries()]
    binary = next(entry for entry in entries if entry.path == f"usr/bin/{python}")
    assert isinstance(binary, File)
    assert binary.read()[:4] == b"\x7fELF"
    assert binary.mode == 0o755


def test_the_release_pocket_alone_resolves_too(archive):
    python = f"python{archive.suite.python}"
    packages = archive.at_release().resolve([python], WITHOUT)
    assert {package.suite for package in packages} == {archive.suite.name}
