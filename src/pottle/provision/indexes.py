"""How uv is called for a plan: its target, the user's way to their indexes, the certificates to trust."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pottle.base_image import BaseImage
from pottle.errors import ConfigError
from pottle.plan.base_images import of_plan
from pottle.provision.settings import Settings
from pottle.tags import Target

if TYPE_CHECKING:
    from pottle.sources.pypi.uv import Session

# Debian's OpenSSL, for one, knows a directory only: it names a file that is not there.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora and its family
    "/etc/ssl/ca-bundle.pem",  # openSUSE
)


class Stands(Protocol):
    """A plan, as far as wheels have to fit it: of an image, or of its environment alone."""

    @property
    def platform(self) -> str: ...  # noqa: D102
    @property
    def python(self) -> str: ...  # noqa: D102
    @property
    def base(self) -> str: ...  # noqa: D102
    @property
    def base_image(self) -> BaseImage | None: ...  # noqa: D102
    @property
    def epoch(self) -> int: ...  # noqa: D102


def target(plan: Stands) -> Target:
    """What a wheel has to fit to be in this image."""
    base = of_plan(plan.base, plan.base_image)
    return Target(plan.python, plan.platform, base.glibc, base.musl)


def session(plan: Stands, settings: Settings) -> "Session":
    """One session of uv."""
    from pottle.sources.pypi.uv import Session

    certificates, builds = _certificates(settings), settings.cache / "builds"
    return Session(settings.environ, target(plan), settings.project, certificates, settings.stop, builds)


def _certificates(settings: Settings) -> Path | None:
    """One file with the machine's certificates and the extra ones, since uv takes one; None: just the machine's."""
    if settings.ca_bundle is None:
        return None
    own = _machines_bundle(settings.environ)
    try:
        content = b"".join(path.read_bytes() + b"\n" for path in (own, settings.ca_bundle) if path)
    except OSError as error:
        raise ConfigError(f"the CA bundle cannot be read: {error.strerror}", hint="check --ca-cert") from error
    path = settings.cache / "certificates" / f"{hashlib.sha256(content).hexdigest()}.pem"
    if not path.is_file():
        from pottle.writing import replacing

        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(content)
    return path


def _machines_bundle(environ: Mapping[str, str]) -> Path | None:
    """The certificates that this machine trusts, as one file, where it has one."""
    import ssl

    if named := environ.get("SSL_CERT_FILE"):
        return Path(named)
    candidates = map(Path, (ssl.get_default_verify_paths().openssl_cafile, *_BUNDLES))
    return next((path for path in candidates if path.is_file()), None)
