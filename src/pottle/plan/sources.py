"""Distributions that have to be built: repositories, source archives, and what an index has as an sdist only.

A build runs its author's code, so none is done that the configuration does not allow (`source-builds`); planning shows them all.
"""

from collections.abc import Iterable, Iterator, Sequence

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
    """What stops a build of the plan as it stands: one sentence for all."""
    refused = [each for each in sources if not each.allowed]
    if refused:
        yield f"{refused[0].at}: {told(refused)}: {advice(each.name for each in refused)}"


def told(sources: Sequence[Source]) -> str:
    """What it means to install these."""
    names = [" ".join(filter(None, (each.name, each.version))) for each in sources]
    if len(names) > 1:
        return f"{len(names)} distributions have to be built, which runs their code on this machine: {', '.join(names)}"
    return TOLD.format(names[0], "repository" if sources[0].commit else "source archive")


def advice(names: Iterable[str]) -> str:
    """How their builds are allowed."""
    listed = [f'"{name}"' for name in names]
    return f"allow {'them' if len(listed) > 1 else 'it'} by `source-builds = [{', '.join(listed)}]` under [tool.pottle]"


TOLD = "{} is a {}: it has to be built, which runs its code on this machine"
