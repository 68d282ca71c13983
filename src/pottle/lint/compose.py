"""A compose file (compose-spec) in its directory, as rules ask about it."""

import posixpath
from functools import cached_property

from pottle.dockerfile.parser import parse
from pottle.lint.build import Build
from pottle.lint.repository import Repository
from pottle.lint.services import Entry, Service, Volume, normal, services, text_of
from pottle.lint.yaml_file import Mapping, Node
from pottle.text import Source, Span

__all__ = ["Compose", "Entry", "Service", "Volume"]


class Compose:
    """The file; `path` is relative to the repository."""

    def __init__(self, source: Source, root: Node | None, path: str, repository: Repository) -> None:
        self.source = source
        self.root = root if isinstance(root, Mapping) else Mapping(Span(0, 0))
        self.path = path
        self.repository = repository

    @property
    def directory(self) -> str:
        """The file's, relative to the repository."""
        return posixpath.dirname(self.path)

    @cached_property
    def services(self) -> dict[str, Service]:
        """By name, in the order of the file."""
        return services(self.root)

    def words(self, service: Service) -> tuple[str, ...] | None:
        """What a container of the service runs, as far as it is known; None where nothing is: an image that is only named."""
        own = [*service.words("entrypoint"), *service.words("command")]
        if service.get("entrypoint") is not None:
            return tuple(own)
        build = self.build(service)
        start = build.start(build.final) if build is not None and build.final is not None else None
        if start is None or (own and start.step.instruction.name == "CMD"):
            return tuple(own) or None
        return (*start.command.argv, *own)

    def build(self, service: Service) -> Build | None:
        """The Dockerfile that a service is built of, with its target and arguments; None where there is none that can be read."""
        if service.get("build") is None or service.context is None:
            return None
        path = normal(posixpath.join(self.directory, service.context, service.dockerfile))
        text = None if path.startswith("..") else text_of(self.repository, path)
        if text is None:
            return None
        return Build(parse(Source(path, text)), path, self.repository, service.target, service.arguments)
