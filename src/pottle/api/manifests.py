"""Manifests that name projects, and have images in their places."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pottle.api.builds import build_for
from pottle.api.delivery import push_product
from pottle.api.host import Host
from pottle.api.products import Product, reference
from pottle.api.projects import directory_of, platforms, read_options
from pottle.api.shared_layers import layer_cache, share
from pottle.errors import PottleError, ProjectError, UsageError, combined
from pottle.progress import Of, Once
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.config.options import Options
    from pottle.manifests import Manifest, Mention
    from pottle.oci.reference import Reference
    from pottle.oci.registry.push import Pushed
    from pottle.oci.registry.shared_layers import SharedLayers
    from pottle.stop import Stop

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Published:
    """A project that manifests name, and its image."""

    project: Path
    mentions: "tuple[Mention, ...]"
    image: str
    """`registry.example/team/shop@sha256:…`: what stands in the place of the mentions."""
    pushed: "Pushed"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Manifests without a project in them, as one stream of documents."""

    text: str
    published: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class Publication:
    """Where images go that manifests name."""

    repository: str
    """`registry.example/team`: the images are below, by the names of their projects."""
    tags: tuple[str, ...] = ()
    """Empty: `latest`, since registries throw away what has no tag."""
    insecure: tuple[str, ...] = ()

    def names(self, name: str) -> "tuple[Reference, ...]":
        """Those of the image of the project called `name`."""
        from pottle.oci.reference import InvalidReference, Reference

        try:
            place = Reference.parse(f"{self.repository.rstrip('/')}/{name}")
        except InvalidReference as error:
            hint = "write `--repository REGISTRY/PREFIX`, or set POTTLE_REPOSITORY"
            raise UsageError(f"no image can be put below {self.repository}: {error}", hint=hint) from error
        return tuple(reference(f"{place}:{tag}") for tag in self.tags or ("latest",))


def resolve(
    manifests: "Sequence[Manifest]", publication: Publication, flags: Mapping[str, Any], host: Host
) -> Resolution:
    """Build every project that the manifests name, each once, push the images, and put their digests where the names stood.

    Nothing is pushed before everything is built. What goes wrong names the line that asked for it.
    """
    from pottle.manifests import joined
    from pottle.stop import Stop
    from pottle.turns import Turns

    if problems := [problem for manifest in manifests for problem in manifest.problems]:
        raise combined(problems)
    publication.names("any")  # what cannot be is said before anything is built
    stop, host = Stop(), replace(host, turns=Turns(), progress=Once(host.progress))
    with ExitStack() as around:
        works = [_Publishing.of(*named, publication, flags, host, stop, around) for named in _named(manifests).items()]
        _at_once([work.build for work in works], stop)
        _check_apart(works)
        published = tuple(_at_once([work.push for work in works], stop))
    images = {mention: each.image for each in published for mention in each.mentions}
    return Resolution(joined([manifest.resolved(images) for manifest in manifests]), published)


def _named(manifests: "Sequence[Manifest]") -> "dict[Path, list[Mention]]":
    """The projects, whatever way they are spelled, and where they are mentioned."""
    found: dict[Path, list[Mention]] = {}
    for manifest in manifests:
        for mention in manifest.mentions:
            found.setdefault(Path(os.path.realpath(manifest.project_of(mention))), []).append(mention)
    return found


def _at_once(works: "Sequence[Callable[[], _T]]", stop: "Stop") -> "list[_T]":
    from pottle.stop import together

    return together(works, stop, _PROJECTS_AT_ONCE) if works else []


_PROJECTS_AT_ONCE = 4
"""Each takes memory, and most of what takes long uses every core by itself."""


@dataclass(slots=True)
class _Publishing:
    """One project on its way to a registry."""

    project: Path
    mentions: "list[Mention]"
    publication: Publication
    options: "Options"
    host: Host
    stop: "Stop"
    """Of all of them."""
    shared: "SharedLayers | None"
    product: Product | None = None

    @classmethod
    def of(
        cls,
        project: Path,
        mentions: "list[Mention]",
        publication: Publication,
        flags: Mapping[str, Any],
        host: Host,
        stop: "Stop",
        around: ExitStack,
    ) -> "_Publishing":
        from pottle.stop import Stop

        own = replace(host, stop=Stop(), progress=Of(mentions[0].reference, host.progress, warnings=True))
        with _blamed(mentions[0], project):
            options = read_options(project, host.environ, flags)
            shared = around.enter_context(layer_cache(options, host, publication.insecure, bytes_wanted=False))
        return cls(project, mentions, publication, options, own, stop, shared)

    @property
    def names(self) -> "tuple[Reference, ...]":
        """Of the image."""
        assert self.product is not None, "it was built"
        return self.publication.names(self.product.name)

    def build(self) -> None:
        assert self.host.stop is not None, "`of` gives it one"
        with self.stop.ending(self.host.stop.set), _blamed(self.mentions[0], self.project):
            platforms_ = platforms(self.options)
            self.product = build_for(self.project, self.options, platforms_, self.host, self.shared)

    def push(self) -> Published:
        assert self.product is not None, "it was built"
        with _blamed(self.mentions[0], self.project):
            self.product, pushed = push_product(self.product, self.names, self.host, self.publication.insecure)
            if self.shared is not None:
                share(self.product, self.shared, self.names)
        image = str(replace(self.names[0], tag=None, digest=self.product.target.digest))
        return Published(self.project, tuple(self.mentions), image, pushed)


def _check_apart(works: "Sequence[_Publishing]") -> None:
    taken: dict[str, _Publishing] = {}
    for work in works:
        place = work.names[0].name
        other = taken.setdefault(place, work)
        if other is not work:
            one, two = other.mentions[0], work.mentions[0]
            what = f"{one.reference} ({one.at}) and {two.reference} would both be pushed to {place}"
            raise ProjectError(what, at=two.at, hint="give one of the projects another `name`")


@contextmanager
def _blamed(mention: "Mention", project: Path) -> Iterator[None]:
    """What goes wrong stands where the project is named."""
    try:
        yield
    except PottleError as error:
        for each in (error, *error.also):
            each.what = f"{mention.reference}: {each.what}{_inside(each.at, project)}"
            each.at = mention.at
        raise


def _inside(at: Location | None, project: Path) -> str:
    """A place in the project, where it is one and not a flag or a variable."""
    if at is None or Path(at.path) in {project, directory_of(project)}:
        return ""
    return f" ({project.name}/{at})" if (directory_of(project) / at.path).exists() else f" ({at})"
