"""The platform of an image: operating system, architecture, variant, in the words of Go (image-spec, image-index.md).

The names that Debian, Python and the kernel have for the same machine meet here and nowhere else.
"""

from typing import NamedTuple, Self

from pottle.oci.document import Struct


class InvalidPlatform(ValueError):
    """The text names no platform that images are built for."""


class _Machine(NamedTuple):
    debian: str
    """dpkg's name: /usr/share/dpkg/tupletable."""
    kernel: str
    """`uname -m`, `platform.machine()`, PEP 508's `platform_machine`."""


_MACHINES = {
    ("amd64", None): _Machine("amd64", "x86_64"),
    ("arm64", None): _Machine("arm64", "aarch64"),
    ("arm", "v7"): _Machine("armhf", "armv7l"),
    ("386", None): _Machine("i386", "i686"),
    ("ppc64le", None): _Machine("ppc64el", "ppc64le"),
    ("riscv64", None): _Machine("riscv64", "riscv64"),
    ("s390x", None): _Machine("s390x", "s390x"),
}

_ALIASES = {
    "x86_64": ("amd64", None),
    "x86-64": ("amd64", None),
    "aarch64": ("arm64", None),
    "armhf": ("arm", "v7"),
    "armv7l": ("arm", "v7"),
    "i386": ("386", None),
    "i686": ("386", None),
    "ppc64el": ("ppc64le", None),
}

# What an architecture means when it says nothing: containerd's platforms.Normalize.
_IMPLIED = {("amd64", "v1"): None, ("arm64", "v8"): None, ("arm64", "8"): None, ("arm", None): "v7", ("arm", "7"): "v7"}


def _normalize(architecture: str, variant: str | None) -> tuple[str, str | None]:
    name, implied = _ALIASES.get(architecture, (architecture, None))
    chosen = variant or implied
    return name, _IMPLIED.get((name, chosen), chosen)


class Platform(Struct, frozen=True, order=True):
    """What an image runs on. Only `parse` promises a platform that is known; what is read from an index may be any."""

    os: str
    architecture: str
    variant: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The platform that `linux/amd64`, `linux/arm64/v8`, `aarch64` … name, in its one spelling."""
        parts = text.strip().lower().split("/")
        os, architecture, *variant = parts if parts[0] == "linux" and parts[1:] else ["linux", *parts]
        if len(variant) > 1:
            raise InvalidPlatform(f"not a platform: {text!r}")
        found = _normalize(architecture, variant[0] if variant else None)
        if found not in _MACHINES:
            known = ", ".join("/".join(filter(None, ("linux", *pair))) for pair in _MACHINES)
            raise InvalidPlatform(f"not a known platform: {text!r}, but these are: {known}")
        return cls(os, *found)

    @property
    def normalized(self) -> Self:
        """The same platform in its one spelling: `linux/arm64/v8` is `linux/arm64`."""
        return type(self)(self.os, *_normalize(self.architecture, self.variant))

    @property
    def debian_architecture(self) -> str:
        """Debian's name of the architecture: `amd64`, `arm64`, `armhf` …"""
        return self._machine.debian

    @property
    def machine(self) -> str:
        """The kernel's and Python's name of the architecture: `x86_64`, `aarch64` …"""
        return self._machine.kernel

    @property
    def _machine(self) -> _Machine:
        plain = self.normalized
        try:
            return _MACHINES[plain.architecture, plain.variant]
        except KeyError:
            raise InvalidPlatform(f"not a known platform: {str(self)!r}") from None

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))
