"""uv's words, as uv 0.13 says them, become errors of ours. Those that an index can be made to cause are in `test_install.py`."""

import pytest

from pottle.errors import HostError, ProjectError, SourceError
from pottle.sources.pypi.failure import failure, redacted
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


@pytest.mark.parametrize(("said", "kind", "what"), SAID.values(), ids=SAID)
def test_says(said, kind, what):
    found = failure(said)
    assert (type(found), found.what) == (kind, what)


def test_the_place_is_found_by_the_normalized_name():
    here = Location("uv.lock", 7)
    assert failure(SAID["disk full"][0], {"big-demo": here}).at == here


def test_passwords_are_taken_out():
    assert redacted("see https://user:pw@host.example/a and git+ssh://me@host.example") == (
        "see https://***@host.example/a and git+ssh://***@host.example"
    )
