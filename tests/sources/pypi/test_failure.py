"""uv's words, as uv 0.13 says them, become errors of ours. Those that an index can be made to cause are in `test_install.py`."""

import pytest

from pottle.address import Secret
from pottle.errors import HostError, ProjectError, SourceError
from pottle.sources.pypi.failure import failure
from pottle.sources.pypi.logins import Login
from pottle.sources.pypi.uv import UvFailed
from pottle.sources.pypi.way import Way
from pottle.text import Location

SAID = {
    "disk full": (
        "error: Failed to download `Big.Demo==1.0`\n  cause: Failed to extract archive\n  cause: No space left on device (os error 28)\n",
        HostError,
        "no space left on the disk for Big.Demo 1.0",
    ),
    "not writable": (
        "error: Failed to initialize cache at `/cache`\n  cause: failed to create file: Permission denied (os error 13)\n",
        HostError,
        "uv may not write: failed to create file: Permission denied (os error 13)",
    ),
    "forbidden": (
        "error: Failed to download `big-demo==1.0`\n  cause: HTTP status client error (403 Forbidden) for url (https://x.example/a.whl)\n",
        SourceError,
        "the index refused for big-demo 1.0: unauthorized (https://x.example/a.whl)",
    ),
    "no name": (
        "error: Failed to fetch: https://x.example/a\n  cause: dns error\n  cause: failed to lookup address information\n",
        SourceError,
        "the index cannot be reached: failed to lookup address information",
    ),
    "a proxy's certificate": (
        "error: Failed to fetch: https://x.example/a\n  cause: client error (Connect)\n  cause: invalid peer certificate: UnknownIssuer\n",
        SourceError,
        "the index's certificate is not trusted: invalid peer certificate: UnknownIssuer",
    ),
    "off the network": (
        "error: Failed to download `demo==1.0`\n  cause: Network connectivity is disabled, but the requested data wasn't found in the cache\n",
        SourceError,
        "not in uv's cache, and the network is off for demo 1.0",
    ),
    "no solution": (
        "error: No solution found when resolving dependencies:\n  cause: Because there is no version of\n      demo==9 you lose.\n",
        ProjectError,
        "the requirements cannot be resolved: there is no version of demo==9 you lose",
    ),
    "something new": ("error: The moon is full\n", SourceError, "uv failed: The moon is full"),
    "nothing": ("", SourceError, "uv failed: it did not say why"),
}


NOTHING = Way({}, {}, {}, ())


@pytest.mark.parametrize(("said", "kind", "what"), SAID.values(), ids=SAID)
def test_says(said, kind, what):
    found = failure(UvFailed(said, NOTHING))
    assert (type(found), found.what) == (kind, what)


def test_the_place_is_found_by_the_normalized_name():
    here = Location("uv.lock", 7)
    assert failure(UvFailed(SAID["disk full"][0], NOTHING), {"big-demo": here}).at == here


def test_who_refused_is_named_and_so_is_each_way_in():
    login = Login("https://x.example/simple", Secret("bob"), Secret("wrong"), "UV_INDEX_OUR_OWN_USERNAME and _PASSWORD")
    way = Way({}, {}, {"https://x.example/simple": "our-own"}, (login,))
    found = failure(UvFailed(SAID["forbidden"][0], way))
    assert found.what == (
        "the index our-own refused for big-demo 1.0: unauthorized (https://x.example/a.whl), "
        "with the credentials of UV_INDEX_OUR_OWN_USERNAME and _PASSWORD"
    )
    assert found.hint == (
        "give credentials by UV_INDEX_OUR_OWN_USERNAME and UV_INDEX_OUR_OWN_PASSWORD, by a line for x.example in ~/.netrc, "
        "by `uv auth login x.example` or by a keyring (keyring-provider)"
    )


def test_an_index_without_a_name_has_to_get_one_for_variables():
    found = failure(UvFailed(SAID["forbidden"][0], NOTHING))
    assert found.hint.startswith(
        "give credentials by UV_INDEX_<NAME>_USERNAME and UV_INDEX_<NAME>_PASSWORD, once the index has a name"
    )
