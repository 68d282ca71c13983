"""Java's store of certificate authorities, as ca-certificates-java makes it by running Java: `/etc/ssl/certs/java/cacerts`.

In the JKS format (sun.security.provider.JavaKeyStore), which every Java reads: a list of certificates, and a SHA-1 over it and a password
that everybody knows. It keeps nobody out; it is how Java tells a broken file from a whole one.
"""

import base64
import hashlib
import re
import struct
from collections.abc import Iterable, Iterator

from pottle.build.base.ca_bundle import is_source
from pottle.oci.entry import Entry, File

STORE = "etc/ssl/certs/java/cacerts"
_HOOK = "usr/share/ca-certificates-java"
_PASSWORD = "changeit"  # noqa: S105 - the one that Java expects of this file
_SALT = b"Mighty Aphrodite"
_MAGIC, _VERSION, _TRUSTED = 0xFEEDFEED, 2, 2
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s+(.+?)-----END CERTIFICATE-----", re.DOTALL)


def keystore(entries: Iterable[Entry]) -> Iterator[File]:
    """The store, where ca-certificates-java would make one."""
    entries = tuple(entries)
    if not any(entry.path.startswith(f"{_HOOK}/") for entry in entries):
        return
    sources = (entry for entry in entries if isinstance(entry, File) and is_source(entry.path))
    found = [*_certificates(sorted(sources, key=lambda file: file.path))]
    header = struct.pack(">III", _MAGIC, _VERSION, len(found))
    content = header + b"".join(_entry(alias, der) for alias, der in found)
    digest = hashlib.sha1(_PASSWORD.encode("utf-16-be") + _SALT + content, usedforsecurity=False).digest()
    yield File(STORE, content + digest)


def _certificates(sources: Iterable[File]) -> Iterator[tuple[str, bytes]]:
    """Alias and DER of each, named as the package names them."""
    for source in sources:
        name = source.path.rpartition("/")[2].lower()
        for match in _PEM.finditer(source.read()):
            yield f"debian:{name.removesuffix('.crt')}.pem", base64.b64decode(match[1])


def _entry(alias: str, der: bytes) -> bytes:
    """A trusted certificate: tag, alias, time of creation (none: it would be today's), type, content."""
    return (
        struct.pack(">I", _TRUSTED)
        + _utf(alias)
        + struct.pack(">Q", 0)
        + _utf("X.509")
        + struct.pack(">I", len(der))
        + der
    )


def _utf(text: str) -> bytes:
    content = text.encode()
    return struct.pack(">H", len(content)) + content
