"""The certificate authorities, as `update-ca-certificates` of ca-certificates would have summed them up, without running it.

OpenSSL's directory is `/usr/lib/ssl` in Debian; it looks for `cert.pem` there first (SSL_CTX_set_default_verify_paths(3)), as Python's
`ssl.create_default_context()` does, so a link per certificate, named by its hash, is not needed. What reads the bundle itself
(curl, GnuTLS, Go, Rust) looks for it at the path that it has here.
"""

from collections.abc import Iterable, Iterator

from pottle.oci.entry import Entry, File, Symlink

BUNDLE = "etc/ssl/certs/ca-certificates.crt"
_SOURCES = "usr/share/ca-certificates/"


def ca_bundle(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The bundle of all certificates among `entries`, in the order of their names, and the links by which OpenSSL finds it."""
    files = (entry for entry in entries if isinstance(entry, File) and is_source(entry.path))
    if found := sorted(files, key=lambda file: file.path):
        yield File(BUNDLE, b"".join(file.read().rstrip(b"\n") + b"\n" for file in found))
        yield Symlink("usr/lib/ssl/cert.pem", f"/{BUNDLE}")
        yield Symlink("usr/lib/ssl/certs", "/etc/ssl/certs")


def is_source(path: str) -> bool:
    """Whether `path` is a single certificate: once it is in the bundle it need not stay."""
    return path.startswith(_SOURCES) and path.endswith(".crt")
