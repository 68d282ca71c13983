"""Distributions that have to be built: repositories, source archives, and what an index has as an sdist only.

A build runs its author's code, in a sandbox. What no lock has decided is another matter: an index is asked what it needs, and of a source
only its backend knows, which uv runs as it is. That is done only where the configuration allows it (`source-builds`).
"""

from packaging.utils import canonicalize_name

from pottle.config.options import Options
from pottle.plan.model import Source
from pottle.project.facts import LockedDistribution

EVERY = "*"


def source(distribution: LockedDistribution) -> Source | None:
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
        at=str(distribution.at),
    )


def allowed(name: str, options: Options) -> bool:
    """Whether the configuration lets this distribution be built where that could be avoided."""
    return EVERY in options.source_builds or name in {str(canonicalize_name(each)) for each in options.source_builds}


def advice(name: str) -> str:
    """How its build is allowed."""
    return f'allow it by `source-builds = ["{name}"]` under [tool.pottle]'


TOLD = "{} is a {}: an index cannot say what it needs, its own code has to, on this machine"
