"""References: the names that images have outside of their content (grammar of distribution's `reference` package)."""

import re
from dataclasses import dataclass, replace
from typing import Self

from pottle.oci.digest import Digest, InvalidDigest

_LABEL = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)"
_REGISTRY = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_IDENTIFIER = re.compile(r"[0-9a-f]{64}")

_HUB = "docker.io"
_HUB_ALIASES = frozenset({"index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})
_MAX_NAME = 255


class InvalidReference(ValueError):
    """The text names no image."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The name of an image: where it is kept, and which one of those is meant."""

    registry: str
    repository: str
    tag: str | None = None
    digest: Digest | None = None

    def __post_init__(self) -> None:
        if not _REGISTRY.fullmatch(self.registry) or not _is_registry(self.registry):
            raise InvalidReference(f"not a registry's host: {self.registry!r}")
        if not _REPOSITORY.fullmatch(self.repository):
            raise InvalidReference(f"not a repository: {self.repository!r}{_why_not(self.repository)}")
        if self.registry == _HUB and "/" not in self.repository:
            raise InvalidReference(f"not a repository of Docker Hub, which has two parts: {self.repository!r}")
        if self.tag is not None and not _TAG.fullmatch(self.tag):
            raise InvalidReference(f"not a tag: {self.tag!r}, at most 128 of letters, digits, `_`, `.`, `-`")
        if len(self.name) > _MAX_NAME:
            raise InvalidReference(f"longer than {_MAX_NAME} characters: {self.name[:40]}…")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reference that `text` means; a short name is one of Docker Hub's, as in `docker pull`."""
        rest, _, digest = text.partition("@")
        name, tag = _split_tag(rest)
        if not digest and _IDENTIFIER.fullmatch(rest):
            raise InvalidReference(f"looks like an image's identifier and names no repository: {text!r}")
        if text.endswith(("@", ":")):
            raise InvalidReference(f"nothing stands behind the last {text[-1]!r}: {text!r}")
        try:
            return cls(*_split_registry(name), tag, Digest(digest) if digest else None)
        except InvalidDigest as error:
            raise InvalidReference(f"{error} in {text!r}") from error

    @property
    def name(self) -> str:
        """Registry and repository."""
        return f"{self.registry}/{self.repository}"

    @property
    def familiar(self) -> str:
        """What a person types: without Docker Hub's host and its `library/`."""
        full = str(self)
        shorter = (full.removeprefix(f"{_HUB}/library/"), full.removeprefix(f"{_HUB}/"))
        return next((short for short in shorter if short != full and _means(short, self)), full)

    @property
    def tagged(self) -> Self:
        """The reference with a tag: `latest`, unless it names another or a digest."""
        return self if self.tag or self.digest else replace(self, tag="latest")

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}@{self.digest}" if self.digest else f"{self.name}{tag}"


def _split_tag(text: str) -> tuple[str, str | None]:
    head, colon, tail = text.rpartition(":")
    return (head, tail) if colon and "/" not in tail else (text, None)


def _split_registry(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if not slash or not _is_registry(first):
        return _HUB, name if slash else f"library/{name}"
    if first not in _HUB_ALIASES and first != _HUB:
        return first, rest
    return _HUB, rest if "/" in rest else f"library/{rest}"


def _is_registry(first: str) -> bool:
    """Whether the first part of a name is a host and not a part of Docker Hub's repositories."""
    return first == "localhost" or any(mark in first for mark in ".:[")


def _means(short: str, reference: Reference) -> bool:
    return Reference.parse(short) == reference


def _why_not(repository: str) -> str:
    return ", it must be lower case" if repository != repository.lower() else ""
