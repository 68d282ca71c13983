"""What a command says about registries: how they are reached, which may be spoken to without TLS, which have mirrors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pottle.errors import ConfigError, UsageError
from pottle.http import HttpOptions
from pottle.oci.reference import InvalidReference, Reference

MIRRORS = "POTTLE_REGISTRY_MIRRORS"
"""`docker.io=mirror.example:5000,ghcr.io=proxy.example/ghcr`: a registry, and where its images are looked for first."""

_HUB, _HUB_API = "docker.io", "registry-1.docker.io"


@dataclass(frozen=True, slots=True)
class RegistryOptions:
    """All of it. Times are in seconds."""

    environ: Mapping[str, str] = field(repr=False)
    """Where logins are looked for: `DOCKER_CONFIG`, `REGISTRY_AUTH_FILE`, `HOME` …"""
    ca_bundle: Path | None = None
    """Certificates (PEM) trusted besides the machine's own."""
    insecure: tuple[str, ...] = ()
    """Hosts, with or without a port, that may be spoken to without TLS, or with a certificate that nobody vouches for."""
    timeout: float = 30.0
    attempts: int = 4
    backoff: float = 0.25
    longest_wait: float = 30.0
    patience: float = 60.0
    """How long a transfer may stay below a rate of 1 KiB per second."""
    commit_timeout: float = 300.0
    """Without a byte, while a registry looks through what it was sent."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "insecure", tuple(map(_host, self.insecure)))

    @property
    def http(self) -> HttpOptions:
        """The part that is not about registries."""
        return HttpOptions(
            ca_bundle=self.ca_bundle,
            timeout=self.timeout,
            attempts=self.attempts,
            backoff=self.backoff,
            longest_wait=self.longest_wait,
            patience=self.patience,
        )

    def is_insecure(self, host: str) -> bool:
        """Whether `host` (HOST:PORT) was named as one without TLS, with its port or for all of them."""
        return host in self.insecure or hostname(host) in self.insecure

    def mirrors(self, registry: str) -> tuple["Mirror", ...]:
        """Where to look before `registry` itself, in the order in which they are written."""
        return tuple(mirror for mirror in _mirrors(self.environ.get(MIRRORS, "")) if mirror.of == registry)


@dataclass(frozen=True, slots=True)
class Mirror:
    """Another registry that has what `of` has, below `prefix` of its repositories."""

    of: str
    registry: str
    prefix: str = ""

    def reference(self, original: Reference) -> Reference:
        """The same image there."""
        repository = f"{self.prefix}/{original.repository}" if self.prefix else original.repository
        return Reference(self.registry, repository, original.tag, original.digest)


def _host(text: str) -> str:
    """HOST[:PORT], out of what people write for it."""
    host = text.removeprefix("http://").removeprefix("https://").rstrip("/")
    try:
        Reference(host if ":" in host else f"{host}:80", "any/any")
    except InvalidReference as error:
        raise UsageError(f"{text!r} is no host", hint="write `--insecure HOST` or `--insecure HOST:PORT`") from error
    return host


def _mirrors(text: str) -> list[Mirror]:
    return [_mirror(word) for word in text.replace(",", " ").split()]


def _mirror(word: str) -> Mirror:
    of, _, there = word.partition("=")
    registry, _, prefix = there.partition("/")
    mirror = Mirror(of, registry, prefix.rstrip("/"))
    try:
        mirror.reference(Reference(of, "library/any"))
    except InvalidReference as error:
        raise ConfigError(
            f"{MIRRORS} holds {word!r}: {error}",
            hint=f"write REGISTRY=HOST[:PORT][/PREFIX], as in {MIRRORS}=docker.io=mirror.example:5000",
        ) from error
    return mirror


def api_host(registry: str) -> str:
    """Where a registry's API is: Docker Hub's is not at the host that its references name."""
    return _HUB_API if registry == _HUB else registry


def hostname(host: str) -> str:
    """`host` without its port."""
    return host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def is_loopback(host: str) -> bool:
    """Whether `host` (HOST:PORT) is this machine."""
    name = hostname(host)
    return name in {"localhost", "[::1]"} or (name.startswith("127.") and name.replace(".", "").isdigit())
