"""Java's store of authorities, held against the format that sun.security.provider.JavaKeyStore reads."""

import base64
import hashlib
import struct

from pottle.build.base.java_keystore import keystore
from pottle.oci.entry import Directory, File

HOOK = Directory("usr/share/ca-certificates-java/hooks")
DER = {"A_Root.crt": b"first certificate", "B.crt": b"second"}


def source(name: str, der: bytes) -> File:
    text = base64.encodebytes(der).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"
    return File(f"usr/share/ca-certificates/mozilla/{name}", pem.encode())


SOURCES = [source(name, der) for name, der in DER.items()]


def read(content: bytes) -> dict[str, bytes]:
    """Alias → certificate; the digest over it all is checked as Java does."""
    body, digest = content[:-20], content[-20:]
    assert hashlib.sha1("changeit".encode("utf-16-be") + b"Mighty Aphrodite" + body).digest() == digest
    magic, version, count = struct.unpack_from(">III", body)
    assert (magic, version) == (0xFEEDFEED, 2)
    at, found = 12, {}
    for _ in range(count):
        tag, length = struct.unpack_from(">IH", body, at)
        alias = body[at + 6 : at + 6 + length].decode()
        at += 6 + length
        time, kind = struct.unpack_from(">QH", body, at)
        assert (tag, time, body[at + 10 : at + 10 + kind]) == (2, 0, b"X.509")
        at += 10 + kind
        (size,) = struct.unpack_from(">I", body, at)
        found[alias] = body[at + 4 : at + 4 + size]
        at += 4 + size
    assert at == len(body)
    return found


def test_holds_every_authority():
    (store,) = keystore([HOOK, *SOURCES])
    assert store.path == "etc/ssl/certs/java/cacerts"
    assert read(store.read()) == {"debian:a_root.pem": DER["A_Root.crt"], "debian:b.pem": DER["B.crt"]}


def test_the_order_of_the_files_is_no_matter():
    assert [f.read() for f in keystore([*SOURCES[::-1], HOOK])] == [f.read() for f in keystore([HOOK, *SOURCES])]


def test_stays_away_without_java():
    assert list(keystore(SOURCES)) == []
