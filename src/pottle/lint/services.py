"""The services of a compose file (compose-spec), and what they build."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.errors import PottleError
from pottle.lint.repository import Repository
from pottle.lint.yaml_file import InvalidYaml, Mapping, Node, Scalar, Sequence, read
from pottle.text import Span

_VOLUME = re.compile(r"(?:\$\{[^}]*\}|[^:])+")
"""The parts between colons; those of a variable's default are none."""
_DEFAULT = re.compile(r"\$\{([A-Za-z_]\w*):?-([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """`NAME=value` or `NAME: value` of an environment."""

    name: str
    value: str | None
    """None: that of the environment that Compose runs in."""
    span: Span
    value_span: Span


@dataclass(frozen=True, slots=True)
class Volume:
    """A mount of a service."""

    source: str | None
    """A path of the host (`.`, `./src`, `/srv`, `~/x`) or a volume's name; None: a volume without one."""
    target: str
    """In the container."""
    span: Span

    @property
    def bind(self) -> bool:
        """Whether a directory or a file of the host is mounted."""
        return self.source is not None and self.source.startswith((".", "/", "~"))


@dataclass(frozen=True, slots=True)
class Service:
    """One service."""

    name: str
    at: Span
    """Its name in the file."""
    body: Mapping

    def get(self, *keys: str) -> Node | None:
        """The value under `keys`."""
        return self.body.get(*keys)

    def text(self, *keys: str) -> str | None:
        """The text under `keys`; None where there is none."""
        found = self.get(*keys)
        return found.value if isinstance(found, Scalar) else None

    @property
    def image(self) -> str | None:
        """`image:`, with the defaults of variables in it."""
        text = self.text("image")
        return _DEFAULT.sub(lambda found: found[2], text) if text is not None else None

    @property
    def context(self) -> str | None:
        """The build context as it is written; None where nothing is built, or it is not a directory."""
        build = self.get("build")
        text = build.value if isinstance(build, Scalar) else self.text("build", "context")
        if build is not None and text is None:
            text = "."
        return None if text is None or "$" in text or "://" in text else text

    @property
    def dockerfile(self) -> str:
        """Relative to the context."""
        return self.text("build", "dockerfile") or "Dockerfile"

    @property
    def target(self) -> str | None:
        """The stage that is built."""
        return self.text("build", "target")

    @property
    def arguments(self) -> dict[str, str | None]:
        """The build arguments that it gives; None: the environment decides."""
        return {entry.name: _plain(entry.value) for entry in self._entries("build", "args")}

    def volumes(self) -> Iterator[Volume]:
        """Both ways of writing them."""
        found = self.get("volumes")
        for item in found.items if isinstance(found, Sequence) else ():
            if isinstance(item, Scalar):
                parts = _VOLUME.findall(item.value)
                target = parts[0] if len(parts) == 1 else parts[1] if parts else ""
                yield Volume(parts[0] if len(parts) > 1 else None, target, item.span)
            elif isinstance(item, Mapping):
                source, target_node = item.get("source"), item.get("target")
                if isinstance(target_node, Scalar):
                    yield Volume(source.value if isinstance(source, Scalar) else None, target_node.value, item.span)

    def words(self, key: str) -> list[str]:
        """The words of `command:` or `entrypoint:`, both ways of writing them."""
        found = self.get(key)
        if isinstance(found, Sequence):
            return [item.value for item in found.items if isinstance(item, Scalar)]
        return found.value.split() if isinstance(found, Scalar) else []

    def environment(self) -> Iterator[Entry]:
        """Both ways of writing it."""
        yield from self._entries("environment")

    def _entries(self, *keys: str) -> Iterator[Entry]:
        found = self.get(*keys)
        if isinstance(found, Mapping):
            for key, value in found.pairs:
                if isinstance(value, Scalar):
                    text = None if value.plain and value.value in ("", "~", "null") else value.value
                    yield Entry(key.value, text, key.span.until(value.span), value.span)
        for item in found.items if isinstance(found, Sequence) else ():
            if isinstance(item, Scalar):
                name, equals, text = item.value.partition("=")
                yield Entry(name, text if equals else None, item.span, item.span)

    def depends_on(self) -> Iterator[tuple[str, str | None, Span]]:
        """Names of services, with the condition where one is written, and where they stand."""
        found = self.get("depends_on")
        if isinstance(found, Mapping):
            for key, value in found.pairs:
                condition = value.get("condition") if isinstance(value, Mapping) else None
                yield key.value, condition.value if isinstance(condition, Scalar) else None, key.span
        for item in found.items if isinstance(found, Sequence) else ():
            if isinstance(item, Scalar):
                yield item.value, None, item.span


def _plain(value: str | None) -> str | None:
    """A value without variables, or with their defaults; None where Compose takes it from the environment."""
    text = _DEFAULT.sub(lambda found: found[2], value) if value is not None else None
    return None if text is None or "$" in text else text


def services(root: Node | None) -> dict[str, Service]:
    """By name, in the order of the file."""
    found = root.get("services") if isinstance(root, Mapping) else None
    pairs = found.pairs if isinstance(found, Mapping) else ()
    return {key.value: Service(key.value, key.span, body) for key, body in pairs if isinstance(body, Mapping)}


NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What Compose looks for by itself."""


def contexts(repository: Repository, directory: str, dockerfile: str) -> Iterator[str]:
    """The build contexts that the compose file of a directory gives a Dockerfile."""
    for name in NAMES:
        path = posixpath.join(directory, name)
        text = text_of(repository, path)
        if text is None or "build" not in text:
            continue
        try:
            found = services(read(text))
        except InvalidYaml:
            continue
        for service in found.values():
            if service.context is not None:
                context = normal(posixpath.join(directory, service.context))
                if normal(posixpath.join(context, service.dockerfile)) == dockerfile:
                    yield context


def text_of(repository: Repository, path: str) -> str | None:
    """The text of a file of the repository; None where there is none that can be read."""
    try:
        return repository.tree("").read(path)
    except PottleError:
        return None


def normal(path: str) -> str:
    """Relative to the repository, "" for itself."""
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal
