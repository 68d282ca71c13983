import re

import pysequoia
import pytest

from pottle.plan.bases import BASES
from pottle.sources.debian import suites
from pottle.sources.debian.suites import SUITES, UnknownSuite, suite_named

KEYS = suites.Path(suites.__file__).parent / "keys"


def test_the_suites_are_those_of_the_plan():
    assert {(suite.family, suite.name, suite.python) for suite in SUITES} == {
        (base.distribution, base.suite, base.python) for base in BASES
    }


def test_unknown_suite_names_the_known_ones():
    with pytest.raises(UnknownSuite, match="bookworm, trixie, forky, jammy, noble, resolute"):
        suite_named("sarge")


def test_debian_has_its_security_fixes_in_an_archive_of_their_own():
    roots = {pocket.name: pocket.root for pocket in suite_named("trixie").pockets}
    assert roots == {"trixie": "archive", "trixie-updates": "archive", "trixie-security": "security"}
    assert {pocket.root for pocket in suite_named("noble").pockets} == {"archive"}


def test_the_table_beside_the_keys_lists_every_file_with_its_fingerprint():
    rows = re.findall(r"^\| `([^`]+\.pgp)` \| `([0-9A-F]{40})`", (KEYS / "README.md").read_text(), re.MULTILINE)
    files = {path.name: pysequoia.Cert.from_file(str(path)).fingerprint.upper() for path in KEYS.glob("*.pgp")}
    assert dict(rows) == files


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_keys_are_public_whole_and_not_about_to_expire(suite):
    for key in suite.read_keys():
        (certificate,) = pysequoia.Cert.split_bytes(key)
        with pytest.raises(RuntimeError):
            pysequoia.Tsk.from_bytes(key).signer()
        assert certificate.expiration is None or certificate.expiration.year >= 2030


def test_every_key_file_belongs_to_a_family():
    used = {name for names in suites._KEY_FILES.values() for name in names}
    assert used == {path.name for path in KEYS.glob("*.pgp")}
