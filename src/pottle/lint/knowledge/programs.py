"""Programs that health checks call: which images have them, and which packages bring them.

Source: python:3.13-slim and debian:trixie-slim, looked into; the Dockerfiles of buildpack-deps, which the large Python images stand on; the manifest
of ubuntu:24.04; the applets of busybox; `apt-cache rdepends` of Debian 12 for what brings them. State of 2026-11.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Inventory: TypeAlias = Literal["slim", "full", "ubuntu", "alpine"]
"""slim: Debian's and Python's small images; full: `python:3.13`, which stands on buildpack-deps; ubuntu; alpine: busybox."""


@dataclass(frozen=True, slots=True)
class Program:
    """One of them."""

    packages: frozenset[str]
    """Packages that hold it."""
    there: frozenset[Inventory]
    """Images that have it."""
    brought_by: frozenset[str] = frozenset()
    """Packages that depend on such a one, or recommend it."""


def _program(packages: str, there: str = "", brought_by: str = "") -> Program:
    return Program(frozenset(packages.split()), frozenset(there.split()), frozenset(brought_by.split()))  # type: ignore[arg-type]


_PROCPS = (
    "procps procps-ng",
    "full ubuntu alpine",
    "apache2 cmake cups erlang-base firefox-esr mariadb-server openssh-server parallel php8.2-fpm samba supervisor cloud-init",
)

PROGRAMS = {
    "curl": _program(
        "curl curl-minimal",
        "full",
        "clamav-unofficial-sigs cpanminus debian-goodies devscripts dehydrated dgit gettext git-annex guestfs-tools nix-bin opam "
        "r-base r-base-core r-base-dev ruby-build spamassassin vagrant yt-dlp youtube-dl mariadb-plugin-connect",
    ),
    "wget": _program(
        "wget wget2",
        "full alpine",
        "apt-mirror cpanminus debootstrap devscripts gettext google-chrome-stable hplip luarocks opam yt-dlp youtube-dl r-base "
        "r-base-core r-base-dev lxc",
    ),
    "nc": _program(
        "netcat netcat-openbsd netcat-traditional ncat nmap busybox", "alpine", "tomcat10-user ifupdown-extra"
    ),
    "netcat": _program("netcat netcat-openbsd netcat-traditional"),
    "ps": _program(*_PROCPS),
    "pgrep": _program(*_PROCPS),
    "pg_isready": _program(
        "postgresql-client postgresql postgresql15-client postgresql16-client postgresql17-client postgresql-client-common",
        "",
        "postgresql-contrib postgresql-server-dev-all",
    ),
    "redis-cli": _program("redis redis-tools redis-server valkey-redis-compat"),
}
