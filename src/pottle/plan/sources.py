"""Distributions that have to be built: repositories, source archives, and what an index has as an sdist only.

A build runs its author's code, so none is done that the configuration does not allow (`source-builds`); planning shows them all.
"""

from collections.abc import Iterable, Iterator

from packaging.utils import canonicalize_name

from pottle.config.options import Options
from pottle.plan.model import Source
from pottle.project.facts import LockedDistribution

EVERY = "*"


def source(distribution: LockedDistribution, options: Options) -> Source | None:
    """What `distribution` is built from; None where the lock names nothing that can be."""
    repository, archive = distribution.repository, distribution.sdist
    url = subdirectory = commit = sha256 = index = None
    if repository is not None:
        url, commit, subdirectory = repository.url, repository.commit, repository.subdirectory
    elif archive is not None and archive.sha256 is not None:
        url, sha256 = archive.url, archive.sha256
        if url is None and distribution.source == "registry":
            index = distribution.source_id or None
        elif url is None:
            url = distribution.source_id
    if not url and sha256 is None:
        return None
    return Source(
        name=distribution.name,
        version=str(distribution.version) if distribution.version is not None else None,
        url=url,
        commit=commit,
        subdirectory=subdirectory,
        sha256=sha256,
        index=index,
        allowed=allowed(distribution.name, options),
        at=str(distribution.at),
    )


def allowed(name: str, options: Options) -> bool:
    """Whether the configuration lets this distribution's build run."""
    return EVERY in options.source_builds or name in {str(canonicalize_name(each)) for each in options.source_builds}


def warnings(sources: Iterable[Source]) -> Iterator[str]:
    """What stops a build of the plan as it stands."""
    for each in sources:
        if not each.allowed:
            yield f"{each.at}: {told(each)}: {ADVICE.format(each.name)}"


def told(each: Source) -> str:
    """What it means to install this."""
    name = " ".join(filter(None, (each.name, each.version)))
    return TOLD.format(name, "repository" if each.commit else "source archive")


TOLD = "{} is a {}: it has to be built, which runs its code on this machine"
ADVICE = 'allow it by `source-builds = ["{}"]` under [tool.pottle]'
