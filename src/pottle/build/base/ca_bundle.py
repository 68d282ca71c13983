"""The certificate authorities, as `update-ca-certificates` of ca-certificates would have summed them up, without running it."""

from collections.abc import Iterable, Iterator

from pottle.oci.entry import Entry, File, Symlink

SOURCES = "usr/share/ca-certificates/"
BUNDLE = "etc/ssl/certs/ca-certificates.crt"


def ca_bundle(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The bundle and the links by which OpenSSL finds it: all that the package's certificates, in `entries`, come to.

    OpenSSL looks at `cert.pem` in its directory first (SSL_CTX_set_default_verify_paths(3)), so no link per certificate is needed.
    """
    found = sorted((e for e in entries if is_source(e.path) and isinstance(e, File)), key=lambda e: e.path)
    if not found:
        return
    assert all(isinstance(entry, File) for entry in found)
    yield File(BUNDLE, b"".join(_pem(entry.read()) for entry in found if isinstance(entry, File)))
    yield Symlink("usr/lib/ssl/cert.pem", f"/{BUNDLE}")
    yield Symlink("usr/lib/ssl/certs", "/etc/ssl/certs")


def is_source(path: str) -> bool:
    """Whether `path` is a certificate of the package: summed up, it need not stay."""
    return path.startswith(SOURCES) and path.endswith(".crt")


def _pem(content: bytes) -> bytes:
    return content.strip() + b"\n"
