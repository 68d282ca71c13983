"""The `Release` of a pocket ([repository format]): whose signature is good, that is current, and never older than one seen.

Only the bytes that the signature covers are ever read.

[repository format]: https://wiki.debian.org/DebianRepository/Format
"""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pottle.errors import IntegrityError, SourceError
from pottle.http import NotFound
from pottle.messages import shown
from pottle.sources.debian import control
from pottle.sources.debian.suites import Pocket, Suite
from pottle.sources.http import Expected, Http
from pottle.sources.placing import host_errors, placing

_LIMIT = 16 << 20
_CLOCKS_DIFFER = timedelta(minutes=10)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\s*(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) +(\d{1,2}):(\d\d):(\d\d) (?:UTC|GMT|Z|\+0000)"
)
_SPLIT = b"-----BEGIN PGP SIGNATURE-----"


class InvalidRelease(ValueError):
    """The text is not a `Release`."""


@dataclass(frozen=True, slots=True)
class Release:
    """What a pocket consists of, as its archive signed it."""

    text: str
    digest: str
    """SHA-256 of the signed text."""
    date: datetime
    valid_until: datetime | None
    by_hash: bool
    fields: dict[str, str]

    def file(self, path: str) -> Expected | None:
        """The size and SHA-256 of the file at `path`, relative to the pocket's directory."""
        listed = re.search(rf"^ ([0-9a-f]{{64}}) +(\d+) {re.escape(path)}$", self.text, re.MULTILINE)
        return Expected(listed[1], int(listed[2])) if listed else None


def parse(verified: bytes) -> Release:
    """The release that some verified bytes describe."""
    text = verified.decode("utf-8").replace("\r\n", "\n")
    head = re.split(r"^(?:MD5Sum|SHA1|SHA256|SHA512):", text, maxsplit=1, flags=re.MULTILINE)[0]
    fields = next(control.paragraphs(head), {})
    if "Date" not in fields:
        raise InvalidRelease("it has no Date")
    until = fields.get("Valid-Until")
    return Release(
        text=text,
        digest=hashlib.sha256(verified).hexdigest(),
        date=_date(fields["Date"]),
        valid_until=_date(until) if until else None,
        by_hash=fields.get("Acquire-By-Hash") == "yes",
        fields=fields,
    )


def _date(text: str) -> datetime:
    """RFC 2822, in UTC (as apt demands); read here since `strptime` follows the locale."""
    if not (match := _DATE.fullmatch(text.strip())) or match[2] not in _MONTHS:
        raise InvalidRelease(f"not a date: {text!r}")
    day, hour, minute, second = (int(match[group]) for group in (1, 4, 5, 6))
    return datetime(int(match[3]), _MONTHS.index(match[2]) + 1, day, hour, minute, second, tzinfo=UTC)


# --- signatures (RFC 9580) ------------------------------------------------------------------------


class BadSignature(ValueError):
    """No signature by one of the keys covers these bytes."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A `Release` as it came: clear-signed (`InRelease`), or with a signature of its own (`Release.gpg`)."""

    content: bytes
    signature: bytes | None = None

    def verify(self, keys: Sequence[bytes]) -> bytes:
        """The bytes that at least one good signature by one of `keys` covers."""
        import pysequoia

        certificates = [certificate for key in keys for certificate in pysequoia.Cert.split_bytes(key)]
        try:
            signature = pysequoia.Sig.from_bytes(self.signature) if self.signature is not None else None
            verified = pysequoia.verify(bytes=self.content, store=lambda _: certificates, signature=signature)
        except Exception as error:  # noqa: BLE001 (pysequoia raises bare exceptions, with a stack trace in the message)
            raise BadSignature(str(error).partition("\n")[0].strip().rstrip(".")) from None
        if not verified.valid_sigs:
            raise BadSignature("no signature")
        return self.content if signature is not None else bytes(verified.bytes or b"")

    def dump(self) -> bytes:
        """Both parts in one file, so that they change together."""
        return (
            self.content
            if self.signature is None
            else _SPLIT + b" detached %d\n" % len(self.signature) + self.signature + self.content
        )

    @classmethod
    def load(cls, dumped: bytes) -> "Signed":
        """What `dump` gave."""
        if not (head := re.match(re.escape(_SPLIT) + rb" detached (\d{1,6})\n", dumped)):
            return cls(dumped)
        end = head.end() + int(head[1])
        return cls(dumped[end:], dumped[head.end() : end])


# --- the current release of a pocket --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trust:
    """What a release has to satisfy besides its signature."""

    keys: tuple[bytes, ...]
    clock: Callable[[], datetime]
    max_age: timedelta = timedelta(hours=1)
    """How long the cache answers without asking the mirror."""
    allow_expired: frozenset[str] = frozenset()
    """Suites or pockets whose `Release` may be past its `Valid-Until`."""


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases of one suite's pockets at one mirror, remembered in `directory`."""

    suite: Suite
    directory: Path
    http: Http
    trust: Trust

    def current(self, pocket: Pocket, root: str) -> Release:
        """The release in force: from the cache while it is fresh, else from the mirror."""
        path = self._path(pocket, root)
        seen = self._remembered(pocket, path)
        if seen is None or not self._is_fresh(path):
            seen = self._fetch(pocket, root, seen)
        self._check_expiry(pocket, root, seen)
        return seen

    def fresh_until(self, pocket: Pocket, root: str, release: Release) -> datetime:
        """When the release in force has to be asked for anew, or is past its Valid-Until if that comes first."""
        fetched = datetime.fromtimestamp(self._path(pocket, root).stat().st_mtime, UTC)
        asked_again = fetched + self.trust.max_age
        if release.valid_until is None or self.is_expired(release):
            return asked_again
        return min(asked_again, release.valid_until)

    def is_expired(self, release: Release) -> bool:
        """Whether the release is past its Valid-Until."""
        return release.valid_until is not None and self.trust.clock() > release.valid_until

    def _path(self, pocket: Pocket, root: str) -> Path:
        return self.directory / hashlib.sha256(shown(root).encode()).hexdigest()[:16] / pocket.name

    def _remembered(self, pocket: Pocket, path: Path) -> Release | None:
        """A damaged or foreign file counts as none."""
        try:
            return self._read(pocket, Signed.load(path.read_bytes()))
        except (OSError, ValueError):
            return None

    def _is_fresh(self, path: Path) -> bool:
        try:
            age = self.trust.clock().timestamp() - path.stat().st_mtime
        except OSError:
            return False
        return 0 <= age < self.trust.max_age.total_seconds()

    def _read(self, pocket: Pocket, signed: Signed) -> Release:
        release = parse(signed.verify(self.trust.keys))
        name = release.fields.get(self.suite.identity)
        if name != pocket.name:
            raise InvalidRelease(f"it is signed as {name!r}")
        return release

    def _fetch(self, pocket: Pocket, root: str, seen: Release | None) -> Release:
        url = f"{root}/dists/{pocket.name}"
        signed = self._download(url)
        try:
            release = self._read(pocket, signed)
        except BadSignature as error:
            raise IntegrityError(
                f"the Release of {shown(url)} has no good signature: {error}", hint=_DISTRUST
            ) from error
        except ValueError as error:
            raise IntegrityError(
                f"the Release of {shown(url)} is not that of {pocket.name}: {error}", hint=_DISTRUST
            ) from error
        self._check_order(url, release, seen)
        self._check_expiry(pocket, root, release)
        self._remember(self._path(pocket, root), signed)
        return release

    def _download(self, url: str) -> Signed:
        try:
            return Signed(self.http.read(f"{url}/InRelease", limit=_LIMIT))
        except NotFound:
            text = self.http.read(f"{url}/Release", limit=_LIMIT)
            return Signed(text, self.http.read(f"{url}/Release.gpg", limit=_LIMIT))

    def _check_order(self, url: str, release: Release, seen: Release | None) -> None:
        if seen is not None and release.date < seen.date:
            raise SourceError(
                f"the Release of {shown(url)} is of {_day(release.date)}, older than the one of {_day(seen.date)} seen before",
                hint="the mirror lags behind or replays an old state: try again later or name another mirror",
            )
        if release.date > self.trust.clock() + _CLOCKS_DIFFER:
            raise SourceError(
                f"the Release of {shown(url)} is of {_day(release.date)}, which is in the future",
                hint="check this machine's clock",
            )

    def _check_expiry(self, pocket: Pocket, root: str, release: Release) -> None:
        if not self.is_expired(release) or self.trust.allow_expired & {pocket.name, self.suite.name}:
            return
        assert release.valid_until is not None
        raise SourceError(
            f"the Release of {shown(root)}/dists/{pocket.name} expired on {_day(release.valid_until)}",
            hint=f"the mirror lags behind: name another one, or accept it with --allow-expired {self.suite.name}",
        )

    def _remember(self, path: Path, signed: Signed) -> None:
        with placing(path) as file:
            file.write(signed.dump())
        now = self.trust.clock().timestamp()
        with host_errors(path):
            os.utime(path, (now, now))


_DISTRUST = "the mirror is broken or tampered with: name another one"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
