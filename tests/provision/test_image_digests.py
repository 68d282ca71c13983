"""Names of images become digests."""

from pathlib import Path

import pytest

from pottle.api.host import Host, registry_for
from pottle.errors import PottleError
from pottle.oci import media_types
from pottle.progress import Silent
from pottle.provision.image_digests import resolved
from pottle.testing.registry import FakeRegistry


def test_a_tag_becomes_the_digest_of_the_whole_index(tmp_path: Path):
    with FakeRegistry() as server, registry_for(Host(tmp_path, {})) as registry:
        digest = server.add_manifest("team/base", b"{}", media_types.INDEX, "1")
        name = f"{server.host}/team/base:1"
        assert resolved([name], registry, Silent()) == {name: digest}


def test_all_that_cannot_be_told_is_one_error(tmp_path: Path):
    with FakeRegistry() as server, registry_for(Host(tmp_path, {})) as registry:
        names = [f"{server.host}/{each}:1" for each in ("one", "two")]
        with pytest.raises(PottleError) as caught:
            resolved(names, registry, Silent())
    errors = (caught.value, *caught.value.also)
    assert [error.what.partition(" cannot be pinned: ")[0] for error in errors] == names
