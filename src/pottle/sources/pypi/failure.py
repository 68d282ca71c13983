"""What uv says when it fails, as an error that says what to do next.

uv's words are not an interface: what is recognised gets a better sentence, anything else keeps uv's own last cause.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

from pottle.errors import HostError, IntegrityError, PottleError, ProjectError, SourceError
from pottle.sources.pypi import logins
from pottle.sources.pypi.uv import UvFailed
from pottle.sources.pypi.way import Way
from pottle.text import Location

_PACKAGE = re.compile(r"`([A-Za-z0-9][\w.-]*)(?:==([^`\s]+))?`")
_ABSENT = re.compile(r"\b([A-Za-z0-9][\w.-]*) was not found in the package registry")
_NO_VERSION = re.compile(r"there is no version of ([A-Za-z0-9][\w.-]*)==(\S+)")
_URL = re.compile(r"\bhttps?://[^\s)`]+")
_CAUSE = re.compile(r"^\s*(?:error|cause|Caused by|├─▶|╰─▶):?\s*(.+)$", re.MULTILINE)

_Make: TypeAlias = Callable[[str, str, Location | None], PottleError]


def failure(failed: UvFailed, places: Mapping[str, Location] | None = None) -> PottleError:
    """The error that uv's stderr tells of; `places` says where the lock names each distribution."""
    said = failed.said
    who, name = _subject(said)
    at = (places or {}).get(name)
    if re.search(_UNAUTHORIZED, said):
        return _refused(who, said, at, failed.way)
    for pattern, make in _KNOWN:
        if re.search(pattern, said):
            return make(who, said, at)
    return SourceError(f"uv failed{_for(who)}: {last_cause(said)}", at=at)


def _subject(said: str) -> tuple[str, str]:
    """`numpy 2.3.1` and `numpy`, where uv names a distribution."""
    match = _PACKAGE.search(said) or _ABSENT.search(said) or _NO_VERSION.search(said)
    if match is None:
        return "", ""
    return " ".join(filter(None, match.groups())), re.sub(r"[-_.]+", "-", match[1]).lower()


def _for(who: str) -> str:
    return f" for {who}" if who else ""


def last_cause(said: str) -> str:
    """The innermost reason that uv gives."""
    causes = [cause.strip() for cause in _CAUSE.findall(said)]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (causes or lines or ["it did not say why"])[-1].rstrip(".")[:300]


def where(said: str) -> str:
    """The first URL that it names, in brackets."""
    match = _URL.search(said)
    return f" ({match[0].rstrip(':')})" if match else ""


def _hash_mismatch(who: str, said: str, at: Location | None) -> PottleError:
    digests = re.findall(r"sha256:([0-9a-f]{64})", said)
    detail = f": expected {digests[0][:16]}…, got {digests[-1][:16]}…" if len(digests) > 1 else ""
    if named := re.search(r"Hash mismatch for `([^`=]+)==([^`]+)`", said):  # of several causes the innermost
        who = f"{named[1]} {named[2]}"
    hint = "the file on the index is not the one that was locked: find out why before locking again"
    return IntegrityError(f"the wheel of {who} does not have the locked hash{detail}", at=at, hint=hint)


def _size_mismatch(who: str, said: str, at: Location | None) -> PottleError:
    sizes = re.search(r"expected (\d+) bytes.*?(\d+) bytes", said)
    detail = f": {sizes[1]} bytes were locked, {sizes[2]} came" if sizes else ""
    hint = (
        "a download that broke off, or another file than was locked: try again, then find out why before locking again"
    )
    return IntegrityError(f"the wheel of {who} does not have the locked size{detail}", at=at, hint=hint)


def _broken(who: str, said: str, at: Location | None) -> PottleError:
    return IntegrityError(
        f"the wheel of {who} is damaged: {last_cause(said)}", at=at, hint="try again; nothing of it was kept"
    )


def _refused(who: str, said: str, at: Location | None, way: Way) -> PottleError:
    match = _URL.search(said)
    url = match[0].rstrip(":,") if match else ""
    name = way.name_of(url)
    index = f"the index {name}" if name else "the index"
    login = way.login_for(url)
    tried = f", with the credentials of {login.said_by}" if login else ""
    what = f"{index} refused{_for(who)}: unauthorized{where(said)}{tried}"
    return SourceError(what, at=at, hint=_ways_in(urlsplit(url).hostname or "the host", name))


def _ways_in(host: str, name: str | None) -> str:
    """How a user gives credentials; none of these ways leads into an image."""
    owner = logins.variable(name) if name else "<NAME>"
    named = "" if name else ", once the index has a name under [[tool.uv.index]]"
    return (
        f"give credentials by UV_INDEX_{owner}_USERNAME and UV_INDEX_{owner}_PASSWORD{named}, "
        f"by a line for {host} in ~/.netrc, by `uv auth login {host}` or by a keyring (keyring-provider)"
    )


def _gone(who: str, said: str, at: Location | None) -> PottleError:
    hint = "the file was removed or the lock names another index: lock again, or check the index's URL"
    return SourceError(f"the index has no such file{_for(who)}{where(said)}", at=at, hint=hint)


def _trouble(who: str, said: str, at: Location | None) -> PottleError:
    return SourceError(f"the index answered with an error{_for(who)}{where(said)}", at=at, hint="try again later")


def _away(who: str, said: str, at: Location | None) -> PottleError:
    hint = "check the network, the proxy (HTTPS_PROXY) and the index's URL"
    return SourceError(f"the index cannot be reached{_for(who)}: {last_cause(said)}", at=at, hint=hint)


def _untrusted(who: str, said: str, at: Location | None) -> PottleError:
    hint = "if your company signs certificates itself, name its bundle: --ca-cert FILE"
    return SourceError(f"the index's certificate is not trusted{_for(who)}: {last_cause(said)}", at=at, hint=hint)


def _offline(who: str, said: str, at: Location | None) -> PottleError:  # noqa: ARG001
    return SourceError(f"not in uv's cache, and the network is off{_for(who)}", at=at, hint="unset UV_OFFLINE")


def _full(who: str, said: str, at: Location | None) -> PottleError:
    return (
        HostError(f"no space left on the disk{_for(who)}", at=at, hint="free some, or set UV_CACHE_DIR and TMPDIR")
        if said
        else _full(who, " ", at)
    )


def _denied(who: str, said: str, at: Location | None) -> PottleError:
    return HostError(f"uv may not write{_for(who)}: {last_cause(said)}", at=at, hint="check UV_CACHE_DIR and TMPDIR")


def _no_wheel(who: str, said: str, at: Location | None) -> PottleError:
    name = _subject(said)[1]
    hint = "choose a version that has a wheel, or another Python" + (
        f'; if there is a source archive, allow its build: `source-builds = ["{name}"]` under [tool.pottle]'
        if name
        else ""
    )
    return ProjectError(f"no wheel fits the image{_for(who)}: {last_cause(said)}", at=at, hint=hint)


def _unsolvable(who: str, said: str, at: Location | None) -> PottleError:  # noqa: ARG001
    because = said.partition("╰─▶")[2] or said.partition("Because")[2] or said
    sentence = " ".join(because.split()).rstrip(".")
    hint = "change the requirements"
    if local := re.search(r"==\S*?(\+(?:cpu|cu\d+|rocm)[\w.]*)", said):
        hint = f"versions with `{local[1]}` are on an index of their own: name it with --extra-index-url"
    return ProjectError(f"the requirements cannot be resolved: {sentence[:600]}", at=at, hint=hint)


_UNAUTHORIZED = r"\b(401|403) (Unauthorized|Forbidden)|(?i:unauthorized|missing credentials|no credentials)"
_KNOWN: tuple[tuple[str, _Make], ...] = (
    (r"(?i)no space left on device|os error 28\b|disk quota exceeded", _full),
    (r"(?i)hash mismatch", _hash_mismatch),
    (r"(?i)size mismatch", _size_mismatch),
    (r"\b(404|410) (Not Found|Gone)", _gone),
    (r"(?i)invalid peer certificate|unknownissuer|certificate (verify failed|has expired)", _untrusted),
    (r"(?i)network connectivity is disabled|network was disabled", _offline),
    (r"HTTP status server error|HTTP status client error", _trouble),
    (
        r"(?i)error sending request|tcp connect error|dns error|connection (refused|reset)|timed? ?out|connection closed",
        _away,
    ),
    (
        r"(?i)failed to extract|bad uncompressed size|invalid zip|unexpected end of file|the wheel is invalid|crc",
        _broken,
    ),
    (
        r"(?i)has no binary distribution|no usable wheels|no wheels? with a matching|doesn't have a source distribution or wheel",
        _no_wheel,
    ),
    (r"(?i)no solution found", _unsolvable),
    (r"(?i)permission denied|read-only file system", _denied),
)
"""In the order in which they are tried: the first that fits names the error."""
