"""Tar headers, byte for byte: POSIX.1-2001 (pax(1), "pax Interchange Format" over "ustar Interchange Format").

The bytes are part of every layer's digest, which must not depend on the Python that runs pottle. The standard library's
are no such contract (its headers changed between 3.8 and 3.9), so they are written here; `tarfile` proves them in the tests.
A pax record is written only for what the ustar fields cannot hold, and none has a time of access or change.
"""

import struct
from typing import Final

from pottle.oci.entry import Directory, Entry, File, Symlink

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)
"""Two blocks of zeros end the archive; the padding to a whole record that tapes wanted is left out."""

_HEADER = struct.Struct("100s8s8s8s12s12s8s1s100s6s2s32s32s8s8s155s12x")
_NAME_LENGTH = 100
_CHECKSUM = slice(148, 156)
_HARD_LINK: Final = b"1"
_KINDS = {File: b"0", Symlink: b"2", Directory: b"5"}


def header(entry: Entry, mtime: int, size: int = 0, *, link: str | None = None) -> bytes:
    """The blocks in front of the content: the ustar header and, where needed, a pax header before it.

    With `link`, a file is a hard link to the one of that path, and has no content of its own.
    """
    path = f"{entry.path}/" if isinstance(entry, Directory) else entry.path
    target = link or (entry.target if isinstance(entry, Symlink) else "")
    kind = _HARD_LINK if link is not None else _KINDS[type(entry)]
    mode = 0o777 if isinstance(entry, Symlink) else entry.mode & 0o7777
    records = _text_record("path", path) + _text_record("linkpath", target)
    fields = [_octal(mode, 8)]
    for key, value, width in (("uid", entry.uid, 8), ("gid", entry.gid, 8), ("size", size, 12), ("mtime", mtime, 12)):
        fits = 0 <= value < 8 ** (width - 1)
        fields.append(_octal(value if fits else 0, width))
        records += b"" if fits else _record(key, str(value))
    return _pax(records) + _ustar(_field(path), fields, kind, _field(target))


def padding(size: int) -> bytes:
    """The zeros that fill the last block of a content of `size` bytes."""
    return bytes(-size % BLOCK)


def _ustar(name: bytes, numbers: list[bytes], kind: bytes, target: bytes) -> bytes:
    # Owners have numbers and no names; only device nodes have device numbers.
    block = bytearray(_HEADER.pack(name, *numbers, b" " * 8, kind, target, b"ustar\0", b"00", b"", b"", b"", b"", b""))
    block[_CHECKSUM] = b"%06o\0 " % sum(block)
    return bytes(block)


def _pax(records: bytes) -> bytes:
    if not records:
        return b""
    zero = _octal(0, 8)
    numbers = [zero, zero, zero, _octal(len(records), 12), _octal(0, 12)]
    return _ustar(b"././@PaxHeader", numbers, b"x", b"") + records + padding(len(records))


def _octal(value: int, width: int) -> bytes:
    return b"%0*o\0" % (width - 1, value)


def _field(text: str) -> bytes:
    """What an old reader sees; the pax record has the whole name."""
    return text.encode("ascii", "replace")[:_NAME_LENGTH]


def _text_record(key: str, value: str) -> bytes:
    return b"" if value.isascii() and len(value) <= _NAME_LENGTH else _record(key, value)


def _record(key: str, value: str) -> bytes:
    r"""`LENGTH KEY=VALUE\n`, where the length counts its own digits."""
    rest = f" {key}={value}\n".encode()
    length = len(rest)
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return str(length).encode() + rest
