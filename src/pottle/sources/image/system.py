"""What the system of an image is and has: its distribution, its accounts, its packages, the certificates that it trusts."""

import shlex
from collections.abc import Iterator, Mapping

from pottle.sources.image.files import Files
from pottle.sources.image.libc import has_library

_BUNDLES = (
    "etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "etc/pki/tls/certs/ca-bundle.crt",  # Fedora and its family
    "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "etc/ssl/ca-bundle.pem",  # openSUSE
    "etc/ssl/cert.pem",
)
_LIBRARIES = ("libcrypt.so.1",)
_DIRECTORIES = ("/tmp", "/opt/venv")  # noqa: S108 - paths in an image


def os_release(files: Files) -> Mapping[str, str]:
    """os-release(5): assignments in a shell's notation."""
    text = files.text("etc/os-release") or files.text("usr/lib/os-release")
    pairs = (line.partition("=") for line in text.splitlines()[:1000] if "=" in line and not line.startswith("#"))
    return {name.strip(): _unquoted(value) for name, _, value in pairs}


def _unquoted(value: str) -> str:
    try:
        return " ".join(shlex.split(value))
    except ValueError:
        return ""


def ca_bundle(files: Files, named: str | None) -> str | None:
    """The file of certificate authorities: the one that the image's own `SSL_CERT_FILE` names, else one of the usual."""
    places = ([named.lstrip("/")] if named else []) + list(_BUNDLES)
    return next((f"/{place}" for place in places if files.size(place)), None)


def accounts(files: Files, path: str) -> tuple[str, ...]:
    """The lines of passwd(5) or group(5); a password, which has no business there, is not taken along."""
    return tuple(_without_password(line) for line in files.text(path).splitlines() if ":" in line)


def _without_password(line: str) -> str:
    name, password, *rest = line.split(":")
    return ":".join((name, password if password in ("", "x", "*", "!") else "*", *rest))


def packages(files: Files) -> tuple[str, ...] | None:
    """The Debian packages that are installed, sorted; None where dpkg has installed nothing. Distroless images have a file for each."""
    listed = files.text("var/lib/dpkg/status")
    each = [name for name in files.tree.names("var/lib/dpkg/status.d") if not name.endswith(".md5sums")]
    found = sorted({*_installed(listed), *each})
    return tuple(found) if found else None


def _installed(status: str) -> Iterator[str]:
    for paragraph in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        if fields.get("Status", "").endswith(" installed"):
            yield fields.get("Package", "")


def has(files: Files) -> Iterator[str]:
    """Of what images may do without, and pottle wants to know."""
    if files.holds("bin/sh"):
        yield "/bin/sh"
    yield from (path for path in _DIRECTORIES if files.tree.is_directory(path))
    yield from (name for name in _LIBRARIES if has_library(files, name))
