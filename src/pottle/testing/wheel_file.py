"""Small wheels made in memory, for tests: valid by the binary distribution format, and as wrong as a test asks."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class WheelFile:
    """A wheel and its content: equal values give equal bytes."""

    name: str
    version: str = "1.0"
    tag: str = "py3-none-any"
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    """Path in the archive → content. By default one module that is named as the distribution."""
    executable: frozenset[str] = frozenset()
    """Those of `files` whose mode has the executable bit."""
    console_scripts: Mapping[str, str] = field(default_factory=dict)
    requires: Sequence[str] = ()
    unrecorded: frozenset[str] = frozenset()
    """Those of `files` that RECORD does not list."""
    record_lines: Sequence[str] = ()
    """Lines that RECORD has too many."""

    @property
    def escaped_name(self) -> str:
        """The name as wheel filenames have it."""
        return self.name.replace("-", "_")

    @property
    def filename(self) -> str:
        """By PEP 427."""
        return f"{self.escaped_name}-{self.version}-{self.tag}.whl"

    @property
    def metadata(self) -> bytes:
        """METADATA, which an index may also serve by itself (PEP 658)."""
        lines = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.version}"]
        lines += [f"Requires-Dist: {requirement}" for requirement in self.requires]
        return "\n".join(lines).encode() + b"\n"

    @property
    def content(self) -> bytes:
        """The archive."""
        info = f"{self.escaped_name}-{self.version}.dist-info"
        default = {f"{self.escaped_name}.py": f"version = {self.version!r}\n"}
        members = {path: _bytes(content) for path, content in (self.files or default).items()}
        members[f"{info}/METADATA"] = self.metadata
        members[f"{info}/WHEEL"] = self._wheel()
        if self.console_scripts:
            scripts = "".join(f"{name} = {target}\n" for name, target in self.console_scripts.items())
            members[f"{info}/entry_points.txt"] = f"[console_scripts]\n{scripts}".encode()
        members[f"{info}/RECORD"] = self._record(members, f"{info}/RECORD")
        return _zipped(members, self.executable)

    @property
    def sha256(self) -> str:
        """Of the archive: 64 lowercase hex digits."""
        return hashlib.sha256(self.content).hexdigest()

    def _wheel(self) -> bytes:
        pure = "true" if self.tag.endswith("-any") else "false"
        return f"Wheel-Version: 1.0\nGenerator: pottle\nRoot-Is-Purelib: {pure}\nTag: {self.tag}\n".encode()

    def _record(self, members: Mapping[str, bytes], itself: str) -> bytes:
        lines = [_record_line(p, content) for p, content in members.items() if p not in self.unrecorded]
        return "\n".join([*lines, *self.record_lines, f"{itself},,", ""]).encode()


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _record_line(path: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}"


def _zipped(members: Mapping[str, bytes], executable: frozenset[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            member = zipfile.ZipInfo(path, _TIME)
            member.external_attr = (0o100755 if path in executable else 0o100644) << 16
            archive.writestr(member, content)
    return buffer.getvalue()
