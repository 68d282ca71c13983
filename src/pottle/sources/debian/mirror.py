"""Where an archive is: what was asked for, else what the machine's own apt uses, else the documented default.

Everything here is a function of the texts it is given, except `read_machine`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pottle.errors import ConfigError
from pottle.messages import shown
from pottle.sources.debian import control
from pottle.sources.debian.suites import Pocket, Suite

DEBIAN = "http://ftp.debian.org/debian"
UBUNTU = "http://archive.ubuntu.com/ubuntu"
UBUNTU_PORTS = "http://ports.ubuntu.com/ubuntu-ports"


@dataclass(frozen=True, slots=True)
class MirrorWish:
    """What the user asked for; None: nothing."""

    archive: str | None = None
    security: str | None = None


@dataclass(frozen=True, slots=True)
class Mirrors:
    """The roots of a suite's archives, without a slash at the end, and why it is these."""

    archive: str
    security: str
    because: str

    def root_of(self, pocket: Pocket) -> str:
        """The archive that holds `pocket`."""
        return self.security if pocket.root == "security" else self.archive


@dataclass(frozen=True, slots=True)
class AptSource:
    """One archive that the machine's apt fetches binary packages from."""

    uri: str
    suites: tuple[str, ...]
    path: str
    """The file that names it."""


def choose(suite: Suite, architecture: str, wish: MirrorWish, machine: Iterable[AptSource] = ()) -> Mirrors:
    """The mirrors of `suite` for `architecture`."""
    archive, because = _archive(suite, architecture, wish, tuple(machine))
    if suite.family == "ubuntu":
        return Mirrors(archive, archive, because)
    if wish.security:
        return Mirrors(archive, tidy(wish.security), because)
    named = () if wish.archive else _matching(machine, "debian-security", suite)
    return Mirrors(archive, named[0].uri if named else _security_beside(archive), because)


def _archive(suite: Suite, architecture: str, wish: MirrorWish, machine: tuple[AptSource, ...]) -> tuple[str, str]:
    if wish.archive:
        return tidy(wish.archive), "it was asked for"
    ports = suite.family == "ubuntu" and architecture != "amd64"
    if found := _matching(machine, "ubuntu-ports" if ports else suite.family, suite):
        return found[0].uri, f"the machine's apt uses it ({found[0].path})"
    default = {"debian": DEBIAN, "ubuntu": UBUNTU_PORTS if ports else UBUNTU}[suite.family]
    return default, "it is the default"


def _matching(machine: Iterable[AptSource], directory: str, suite: Suite) -> tuple[AptSource, ...]:
    """The sources whose path ends in `directory`: those that name the suite first, as a mirror may be partial."""
    here = [source for source in machine if urlsplit(source.uri).path.rsplit("/", 1)[-1] == directory]
    names = {pocket.name for pocket in suite.pockets}
    return tuple(sorted(here, key=lambda source: names.isdisjoint(source.suites)))


def _security_beside(archive: str) -> str:
    """Debian's security archive is a sibling: `/debian-security` for `/debian`, on snapshots too."""
    parts = urlsplit(archive)
    segments = parts.path.split("/")
    if "debian" not in segments:
        raise ConfigError(
            f"cannot tell where the security archive of {shown(archive)} is",
            hint="name it with POTTLE_DEBIAN_SECURITY_MIRROR",
        )
    place = len(segments) - 1 - segments[::-1].index("debian")
    segments[place] = "debian-security"
    return parts._replace(path="/".join(segments)).geturl()


def tidy(url: str) -> str:
    """The URL of an archive without what follows its path. Raises `ConfigError` for what is none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"a mirror is an http or https URL, not {shown(url)}", hint="for example " + DEBIAN)
    return parts._replace(path=parts.path.rstrip("/"), query="", fragment="").geturl()


# --- the machine's apt: sources.list(5) -----------------------------------------------------------


def read_machine(directory: Path = Path("/etc/apt")) -> tuple[AptSource, ...]:
    """The archives that this machine's apt fetches from; what cannot be read is passed over."""
    found: list[AptSource] = []
    for path in (directory / "sources.list", *sorted((directory / "sources.list.d").glob("*"))):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if path.suffix == ".list":
            found += one_line_sources(text, str(path))
        elif path.suffix == ".sources":
            found += deb822_sources(text, str(path))
    return tuple(found)


def one_line_sources(text: str, path: str) -> Iterator[AptSource]:
    """`deb [option=value …] URI SUITE COMPONENT…`, one to a line."""
    for line in text.splitlines():
        words = _without_options(line.partition("#")[0]).split()
        if len(words) >= 3 and words[0] == "deb" and _is_http(words[1]):
            yield AptSource(tidy(words[1]), (words[2].rstrip("/"),), path)


def _without_options(line: str) -> str:
    before, bracket, rest = line.partition("[")
    return f"{before} {rest.partition(']')[2]}" if bracket else line


def deb822_sources(text: str, path: str) -> Iterator[AptSource]:
    """Paragraphs of `Types`, `URIs`, `Suites`, `Components`."""
    for fields in control.paragraphs(text):
        if "deb" not in fields.get("Types", "").split() or fields.get("Enabled", "yes").strip().lower() in {
            "no",
            "false",
        }:
            continue
        suites = tuple(fields.get("Suites", "").split())
        for uri in filter(_is_http, fields.get("URIs", "").split()):
            yield AptSource(tidy(uri), suites, path)


def _is_http(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
