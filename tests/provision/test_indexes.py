"""Certificates for uv: the machine's own and the extra ones in one file, for uv replaces and does not add."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pottle.errors import ConfigError
from pottle.progress import Silent
from pottle.provision import indexes
from pottle.provision.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "machine.pem").write_bytes(b"the machine's")
    (tmp_path / "extra.pem").write_bytes(b"the company's")
    environ = {"SSL_CERT_FILE": str(tmp_path / "machine.pem")}
    clock = lambda: datetime.now(UTC)  # noqa: E731
    return Settings(
        tmp_path / "cache", environ, tmp_path, Silent(), clock, timedelta(), ca_bundle=tmp_path / "extra.pem"
    )


def test_without_extra_certificates_uv_asks_the_machine(settings: Settings):
    assert indexes._certificates(replace(settings, ca_bundle=None)) is None


def test_extra_certificates_stand_beside_the_machines(settings: Settings):
    assert indexes._certificates(settings).read_bytes() == b"the machine's\nthe company's\n"


def test_a_machine_whose_openssl_names_no_bundle_has_one_all_the_same(settings: Settings, tmp_path, monkeypatch):
    monkeypatch.setattr("ssl.get_default_verify_paths", lambda: _Paths(str(tmp_path / "nothing")))
    monkeypatch.setattr(indexes, "_BUNDLES", (str(tmp_path / "absent"), str(tmp_path / "machine.pem")))
    assert b"the machine's" in indexes._certificates(replace(settings, environ={})).read_bytes()


def test_a_bundle_that_cannot_be_read_is_said(settings: Settings, tmp_path):
    with pytest.raises(ConfigError, match="the CA bundle cannot be read: No such file"):
        indexes._certificates(replace(settings, ca_bundle=tmp_path / "absent"))
    assert not (tmp_path / "cache").exists()


class _Paths:
    def __init__(self, openssl_cafile: str) -> None:
        self.openssl_cafile = openssl_cafile
