"""`Dockerfile.lock`: the plan's wheels as a requirements file, for locks that uv does not read.

Each line names the one file that the plan has chosen, by URL or by version, and always by hash where the project has one. Where
platforms differ, a line says whose it is.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pottle import generated
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan, InstallWheels, Requirement, Source

NAME = "Dockerfile.lock"
DEVELOPMENT = "Dockerfile.dev.lock"
"""The same for the stage of developers, with what they need besides."""
KIND = "lock"
_HERE = "file:"
"""Places on this machine: an index in a directory. A builder has its own, and the hash tells whether it is the same file."""


def steps(plans: Sequence[ImagePlan]) -> list[tuple[str, InstallWheels]]:
    """What each plan installs: (its machine, the step)."""
    return [
        (Platform.parse(plan.platform).machine, step)
        for plan in plans
        for layer in plan.layers
        for step in layer.steps
        if isinstance(step, InstallWheels)
    ]


def render(plans: Sequence[ImagePlan]) -> str | None:
    """The file; None where nothing is installed."""
    found = steps(plans)
    machines = defaultdict[str, list[str]](list)
    hashes = defaultdict[str, set[str]](set)
    for machine, step in found:
        for requirement in step.requirements:
            line = _wanted(requirement)
            machines[line].append(machine)
            hashes[line] |= set(_hashes(requirement))
    if not machines:
        return None
    everywhere = [Platform.parse(plan.platform).machine for plan in plans]
    lines = [_line(line, machines[line], everywhere, sorted(hashes[line])) for line in sorted(machines)]
    source = plans[0].lockfile or "the project's files"
    head = f"# The wheels that the plan has chosen from {source}, for the Dockerfile beside it. {generated.WORD}\n"
    return generated.marked(head + "".join([*_indexes(found), *lines]), KIND)


def hashed(plans: Sequence[ImagePlan]) -> bool:
    """Whether every file is named by its hash."""
    return all(_hashes(requirement) for _, step in steps(plans) for requirement in step.requirements)


def resolved(plans: Sequence[ImagePlan]) -> bool:
    """Whether nothing is left to be resolved."""
    return not any(step.unresolved for _, step in steps(plans))


def source(found: Source) -> str:
    """What has to be built, as a requirement (PEP 508): a repository at a commit, an archive by its hash, or a version."""
    if found.url is None:
        return f"{found.name}=={found.version}"
    if "://" not in found.url:
        what = f"{found.name} is an archive in the project, {found.url}: a Dockerfile cannot be written for that yet"
        raise ProjectError(what, hint="build it into a wheel, and depend on that; `pottle build` can build it as it is")
    if found.commit is None:
        digest = f"#sha256={found.sha256}" if found.sha256 else ""
        return f"{found.name} @ {found.url}{digest}"
    below = f"#subdirectory={found.subdirectory}" if found.subdirectory else ""
    return f"{found.name} @ git+{found.url}@{found.commit}{below}"


def _wanted(requirement: Requirement) -> str:
    if (url := _url(requirement)) is not None:
        return f"{requirement.name} @ {url}"
    return requirement.wanted or f"{requirement.name}=={requirement.version}"


def _hashes(requirement: Requirement) -> tuple[str, ...]:
    return (f"sha256:{requirement.wheel.sha256}",) if requirement.wheel else requirement.hashes


def _line(wanted: str, machines: Sequence[str], everywhere: Sequence[str], hashes: Sequence[str]) -> str:
    marker = ""
    if len(machines) < len(everywhere):
        marker = " ; " + " or ".join(f'platform_machine == "{machine}"' for machine in machines)
    return " \\\n    ".join([f"{wanted}{marker}", *(f"--hash={each}" for each in hashes)]) + "\n"


def _indexes(found: Sequence[tuple[str, InstallWheels]]) -> Iterator[str]:
    """Where an index is asked at all: those that the project names itself."""
    instead = next((step.index for _, step in found if step.index), None)
    if instead:
        yield f"--index-url {instead}\n"
    besides = [url for _, step in found for url in step.extra_indexes]
    besides += [each.index for _, step in found for each in step.requirements if each.index and _url(each) is None]
    there = (url for url in dict.fromkeys(besides) if url != instead and not url.startswith(_HERE))
    yield from (f"--extra-index-url {url}\n" for url in there)


def _url(requirement: Requirement) -> str | None:
    """Where the wheel lies, if a builder can reach that."""
    url = requirement.wheel.url if requirement.wheel is not None else None
    return None if url is None or url.startswith(_HERE) else url
