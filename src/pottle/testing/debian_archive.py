"""A small, signed Debian archive on the loopback interface, with packages given as Python values and faults on demand.

    with DebianArchive() as served:
        served.add(Package("hello", entries=(File("usr/bin/hello", b"...", 0o755),)))
        archive = served.open(cache_directory)
        archive.fetch_all(archive.resolve(["hello"]))

It is an archive of trixie unless told otherwise, signed with a key of its own, whose clock stands still until it is moved.
"""

import hashlib
import io
import lzma
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, assert_never

from pottle.http import HttpOptions
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.sources.debian.archive import Archive, ArchiveOptions
from pottle.sources.debian.mirror import Mirrors
from pottle.sources.debian.suites import Suite, suite_named
from pottle.sources.http import Http

if TYPE_CHECKING:
    from pysequoia import Tsk

Compression: TypeAlias = Literal["xz", "gz", "zst", ""]
Signature: TypeAlias = Literal["clear", "detached", "altered", "foreign", "none"]
Fault: TypeAlias = Literal["cut", "reset", "damaged", "longer", "slow", "hang"] | int
"""Half of the body, no answer at all, one bit turned, a byte too many, a pause before the answer, silence; or an HTTP status."""

DATE = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Package:
    """A binary package: what it is called, what it says of itself, what it holds."""

    name: str
    version: str = "1.0"
    architecture: str = "all"
    fields: Mapping[str, str] = field(default_factory=dict)
    """Further fields of its control paragraph: `Depends`, `Provides` …"""
    entries: tuple[Entry, ...] = ()
    conffiles: tuple[str, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)
    """`preinst`, `postinst`, `templates`: further members of its control data."""
    compression: Compression = "xz"

    @property
    def filename(self) -> str:
        """Where it lies in the archive."""
        version = self.version.partition(":")[2] or self.version
        return f"pool/main/{self.name[0]}/{self.name}/{self.name}_{version}_{self.architecture}.deb"

    @property
    def control(self) -> str:
        """Its control paragraph."""
        fields = {"Package": self.name, "Version": self.version, "Architecture": self.architecture, **self.fields}
        return "".join(f"{name}: {value}\n" for name, value in fields.items())


class DebianArchive:
    """One suite, published and served until the block ends."""

    def __init__(self, suite: Suite | None = None, architectures: tuple[str, ...] = ("amd64", "arm64")) -> None:
        self.suite = suite or suite_named("trixie")
        self.architectures = architectures
        self.now = DATE + timedelta(hours=1)
        """What its clock says."""
        self.files: dict[str, bytes] = {}
        """Path below the server's root → content."""
        self.requests: list[str] = []
        """Every path that was asked for, in order."""
        self._packages: dict[str, list[Package]] = {pocket.name: [] for pocket in self.suite.pockets}
        self._faults: dict[str, tuple[Fault, int]] = {}
        self._closing = Event()
        self.publish()

    # --- content

    def add(self, *packages: Package, pocket: str | None = None) -> None:
        """Puts packages into a pocket (the release itself, unless named) and publishes it anew."""
        self._packages[pocket or self.suite.name] += packages
        self.publish()

    def supersede(self, *packages: Package) -> None:
        """Puts packages in the place of every other version of theirs, in all pockets: the files of those are gone."""
        ours = {(package.name, package.architecture) for package in packages}
        for name, there in self._packages.items():
            for package in [each for each in there if (each.name, each.architecture) in ours]:
                there.remove(package)
                self.files.pop(f"{self._root(name)}/{package.filename}", None)
        self.add(*packages)

    def remember(self, moment: datetime) -> None:
        """Keeps what there is now as the state of that moment, as a snapshot service at `snapshots` would."""
        for path, content in list(self.files.items()):
            if "/pool/" in path:
                archive, _, rest = path.removeprefix("/").partition("/")
                self.files[f"/snapshots/{archive}/{moment:%Y%m%dT%H%M%SZ}/{rest}"] = content

    def publish(
        self, date: datetime = DATE, valid: timedelta | None = None, sign: Signature = "clear", by_hash: bool = True
    ) -> None:
        """Writes and signs every pocket's index, as of `date` and for as long as it is to be `valid`."""
        for name in self._packages:
            for package in self._packages[name]:
                self.files[f"{self._root(name)}/{package.filename}"] = build_deb(package)
            self._publish(name, _head(name, date, valid, by_hash), sign)

    def _publish(self, pocket: str, head: str, sign: Signature) -> None:
        directory = f"{self._root(pocket)}/dists/{pocket}"
        listing = []
        for architecture in self.architectures:
            text = "\n".join(_paragraph(p) for p in self._packages[pocket] if p.architecture in {architecture, "all"})
            for suffix, content in (("", text.encode()), (".xz", lzma.compress(text.encode(), preset=0))):
                path = f"main/binary-{architecture}/Packages{suffix}"
                listing.append(f" {_sha256(content)} {len(content)} {path}\n")
                self.files[f"{directory}/{path}"] = content
                self.files[f"{directory}/main/binary-{architecture}/by-hash/SHA256/{_sha256(content)}"] = content
        self._sign(directory, f"{head}SHA256:\n{''.join(listing)}".encode(), sign)

    def _sign(self, directory: str, text: bytes, sign: Signature) -> None:
        from pysequoia import SignatureMode
        from pysequoia import sign as pgp_sign

        for name in ("InRelease", "Release", "Release.gpg"):
            self.files.pop(f"{directory}/{name}", None)
        match sign:
            case "clear" | "altered" | "foreign":
                key = _key("a stranger") if sign == "foreign" else _key()
                signed = bytes(pgp_sign(key.signer(), text, mode=SignatureMode.CLEAR))
                if sign == "altered":
                    signed = signed.replace(b"\nDate: ", b"\nX-Added: yes\nDate: ")
                self.files[f"{directory}/InRelease"] = signed
            case "detached":
                signature = bytes(pgp_sign(_key().signer(), text, mode=SignatureMode.DETACHED))
                self.files |= {f"{directory}/Release": text, f"{directory}/Release.gpg": signature}
            case "none":
                self.files[f"{directory}/InRelease"] = text
            case _:
                assert_never(sign)

    def _root(self, pocket: str) -> str:
        root = next(known.root for known in self.suite.pockets if known.name == pocket)
        return f"/{self.suite.family}-security" if root == "security" else f"/{self.suite.family}"

    # --- faults

    def fail(self, part: str, fault: Fault, times: int = 1_000_000) -> None:
        """The next `times` answers for paths that contain `part` go wrong."""
        self._faults[part] = (fault, times)

    def _fault(self, path: str) -> Fault | None:
        for part, (fault, times) in self._faults.items():
            if part in path and times > 0:
                self._faults[part] = (fault, times - 1)
                return fault
        return None

    # --- the client's side

    @property
    def url(self) -> str:
        """The server's root."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def mirrors(self) -> Mirrors:
        """Where it is."""
        archive = f"{self.url}/{self.suite.family}"
        security = f"{archive}-security" if self.suite.family == "debian" else archive
        return Mirrors(archive, security, "it is a test's")

    @property
    def snapshots(self) -> str:
        """The root of its snapshot service."""
        return f"{self.url}/snapshots"

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The certificate of the key that signs it."""
        return (bytes(_key().extract_certificate()),)

    def options(self, cache: Path) -> ArchiveOptions:
        """Options that reach and trust it: no proxies, no waiting, its own clock."""
        http = Http(HttpOptions(environment_proxies=False, timeout=10), sleep=lambda _: None)
        return ArchiveOptions(cache, http, clock=lambda: self.now, keys=self.keys)

    def open(self, cache: Path, architecture: str = "amd64", **changes: Any) -> Archive:
        """It, as pottle sees it; `changes` are fields of `ArchiveOptions`."""
        return Archive(self.suite, architecture, self.mirrors, replace(self.options(cache), **changes))

    # --- the server

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def counted(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(self.requests)

    @cached_property
    def _server(self) -> ThreadingHTTPServer:
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.requests.append(self.path)
                fault = served._fault(self.path)
                if fault == "hang":
                    served._closing.wait()
                _answer(self, served.files.get(self.path), fault)

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        return _Server(("127.0.0.1", 0), Handler)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news; anything else is a fault of the test's."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _answer(handler: BaseHTTPRequestHandler, content: bytes | None, fault: Fault | None) -> None:
    if fault == "reset":
        return
    if fault == "slow":
        time.sleep(0.1)
    status = fault if isinstance(fault, int) else 404 if content is None else 200
    body = b"" if content is None or status != 200 else content
    if fault == "damaged":
        body = bytes([body[0] ^ 1]) + body[1:]
    if fault == "longer":
        body += b"\0"
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2] if fault == "cut" else body)


# --- writing packages -----------------------------------------------------------------------------


def build_deb(package: Package) -> bytes:
    """The package as a file (deb(5)): equal packages give equal bytes."""
    control = [File("control", package.control.encode())]
    if package.conffiles:
        control.append(File("conffiles", "".join(f"{path}\n" for path in package.conffiles).encode()))
    control += [File(name, text.encode()) for name, text in package.scripts.items()]
    files = [entry for entry in package.entries if isinstance(entry, File)]
    sums = "".join(f"{hashlib.md5(file.read(), usedforsecurity=False).hexdigest()}  {file.path}\n" for file in files)
    control.append(File("md5sums", sums.encode()))
    return build_ar(
        {
            "debian-binary": b"2.0\n",
            "control.tar.xz": _compressed(build_tar(control), "xz"),
            f"data.tar{'.' if package.compression else ''}{package.compression}": _compressed(
                build_tar(package.entries), package.compression
            ),
        }
    )


def build_ar(members: Mapping[str, bytes]) -> bytes:
    """An ar archive of these members."""
    archive = b"!<arch>\n"
    for name, content in members.items():
        archive += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        archive += content + b"\n" * (len(content) % 2)
    return archive


def build_tar(entries: Iterable[Entry]) -> bytes:
    """A tar of these entries, their paths written as dpkg writes them: `./usr/bin/x`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for entry in entries:
            member = tarfile.TarInfo(f"./{entry.path}")
            member.uid, member.gid = entry.uid, entry.gid
            match entry:
                case File():
                    member.mode, member.size = entry.mode, entry.size
                    tar.addfile(member, io.BytesIO(entry.read()))
                case Directory():
                    member.mode, member.type = entry.mode, tarfile.DIRTYPE
                    tar.addfile(member)
                case Symlink():
                    member.mode, member.type, member.linkname = 0o777, tarfile.SYMTYPE, entry.target
                    tar.addfile(member)
                case _:
                    assert_never(entry)
    return buffer.getvalue()


def _compressed(content: bytes, compression: Compression) -> bytes:
    import gzip

    import zstandard

    match compression:
        case "xz":
            return lzma.compress(content, preset=0)
        case "gz":
            return gzip.compress(content, 1, mtime=0)
        case "zst":
            return zstandard.compress(content, 1)
        case "":
            return content
        case _:
            assert_never(compression)


def _paragraph(package: Package) -> str:
    content = build_deb(package)
    return f"{package.control}Filename: {package.filename}\nSize: {len(content)}\nSHA256: {_sha256(content)}\n"


def _head(pocket: str, date: datetime, valid: timedelta | None, by_hash: bool) -> str:
    until = f"Valid-Until: {_stamp(date + valid)}\n" if valid is not None else ""
    return (
        f"Origin: pottle\nSuite: {pocket}\nCodename: {pocket}\nDate: {_stamp(date)}\n{until}"
        f"Acquire-By-Hash: {'yes' if by_hash else 'no'}\nArchitectures: amd64 arm64\nComponents: main\n"
    )


def _stamp(moment: datetime) -> str:
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * moment.month - 3 : 3 * moment.month]  # `%b` follows the locale
    return f"{moment:%d} {month} {moment:%Y %H:%M:%S} UTC"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@lru_cache
def _key(owner: str = "pottle's test archive") -> "Tsk":
    from pysequoia import CipherSuite, Tsk

    return Tsk.generate(f"{owner} <archive@pottle.example>", cipher_suite=CipherSuite.Cv25519)
