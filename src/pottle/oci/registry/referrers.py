"""What refers to an image (distribution-spec 1.1, "Listing Referrers"): SBOMs, signatures, caches.

Where a registry has no such list, an index under a tag made of the subject's digest stands in for it, and whoever pushes a referrer
keeps it ("Referrers Tag Schema").
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pottle.errors import SourceError
from pottle.messages import Request, Response, joined, origin
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.document import MAX_SIZE, InvalidDocument, Struct, decode
from pottle.oci.index import read_index
from pottle.oci.registry.endpoint import Endpoint
from pottle.oci.registry.saying import read_bounded

_MOST_PAGES: Final = 20
_ATTEMPTS: Final = 3


class _Referrer(Struct, frozen=True, rename="camel"):
    """What is read of a manifest or an index that has a subject."""

    subject: Descriptor | None = None
    artifact_type: str | None = None
    config: Descriptor | None = None
    annotations: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TaggedIndex:
    """The index that stands in for the list."""

    read: Callable[[], bytes | None]
    write: Callable[[bytes], None]


def subject_of(content: bytes) -> Digest | None:
    """The digest of what a manifest refers to, if it refers to anything."""
    if b'"subject"' not in content:
        return None
    found = decode(content, _Referrer)
    return found.subject.digest if found.subject else None


def tag_of(subject: Digest) -> str:
    """The tag that stands in for the list of a subject's referrers."""
    return subject.replace(":", "-")


def listed_referrers(endpoint: Endpoint, subject: Digest, tagged: Callable[[], bytes | None]) -> tuple[Descriptor, ...]:
    """The referrers of `subject`, by the API, else of the tagged index."""
    url: str | None = endpoint.url(f"referrers/{subject}")
    found: list[Descriptor] = []
    for _ in range(_MOST_PAGES):
        if url is None:
            break
        page = endpoint.ask(Request("GET", url, {"Accept": media_types.INDEX}), lambda answer: _page(endpoint, answer))
        if page is None:
            return _descriptors(endpoint, tagged() or b'{"schemaVersion":2,"manifests":[]}')
        found += page[0]
        url = page[1]
    return tuple({each.digest: each for each in found}.values())


def _page(endpoint: Endpoint, response: Response) -> tuple[tuple[Descriptor, ...], str | None] | None:
    """One page and where the next one is; None where the registry has no such list."""
    if response.status_code in {401, 403}:
        raise endpoint.refused(response, f"to list what refers to an image of {endpoint.repository}")
    if response.status_code != 200 or media_types.INDEX not in response.headers.get("Content-Type", ""):
        return None
    content = read_bounded(response, MAX_SIZE)
    here, following = response.request.url, _next(response.headers.get("Link"))
    url = joined(here, following) if following else None
    return _descriptors(endpoint, content), url if url and origin(url) == origin(here) else None


def _next(links: str) -> str | None:
    """The next page, of what a `Link` header names (RFC 8288)."""
    found = re.findall(r"<([^<>]*)>([^<]*)", links)
    return next((target for target, said in found if re.search(r';\s*rel\s*=\s*"?next\b', said)), None)


def _descriptors(endpoint: Endpoint, content: bytes) -> tuple[Descriptor, ...]:
    try:
        return read_index(content).manifests
    except InvalidDocument as error:
        raise SourceError(
            f"{endpoint.registry} lists what refers to an image of {endpoint.repository} in a way that cannot be read: {error}",
            hint="ask whoever runs the registry",
        ) from error


def add_referrer(tagged: TaggedIndex, referrer: Descriptor, content: bytes) -> None:
    """Puts a referrer into the tagged index, and looks whether it stays there: somebody else may write at the same time."""
    entry = _entry(referrer, content)
    for _ in range(_ATTEMPTS):
        before = _entries(tagged.read())
        if any(each.get("digest") == entry["digest"] for each in before):
            return
        tagged.write(_index([*before, entry]))


def _entry(referrer: Descriptor, content: bytes) -> dict[str, Any]:
    found = decode(content, _Referrer)
    kind = found.artifact_type or (found.config.media_type if found.config else None)
    entry: dict[str, Any] = {"mediaType": referrer.media_type, "digest": referrer.digest, "size": referrer.size}
    if kind:
        entry["artifactType"] = kind
    if found.annotations:
        entry["annotations"] = found.annotations
    return entry


def _entries(content: bytes | None) -> list[dict[str, Any]]:
    """The entries as they are, with what others know of them and we do not."""
    try:
        found = json.loads(content or b"{}").get("manifests") or []
        return [each for each in found if isinstance(each, dict)]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return []


def _index(entries: Sequence[dict[str, Any]]) -> bytes:
    document = {"schemaVersion": 2, "mediaType": media_types.INDEX, "manifests": list(entries)}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
