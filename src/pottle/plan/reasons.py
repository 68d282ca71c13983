"""Why the plan is as it is, as far as the project's files and the configuration decide alone."""

from collections.abc import Iterator

from pottle.config.options import Options
from pottle.plan.model import Reason
from pottle.project.facts import Fact, Facts, Lock, Pins, StaticFiles
from pottle.text import Location


def told(facts: Facts, options: Options) -> Iterator[Reason]:
    """One reason for each decision, in the order in which a reader wants them."""
    yield _name(facts.name)
    if facts.version is not None:
        yield _reason("version", facts.version.value, "the project says so", facts.version.at)
    elif facts.versioning is not None and facts.packaging is not None:
        tool = facts.versioning.tool
        because = f"{tool} takes it from there, and the build in its place"
        yield _reason("version", "from version control", because, facts.versioning.at)
    yield _manager(facts.package_manager)
    if facts.lock is not None:
        yield _dependencies(facts.lock, facts.pins)
    yield from _configured(options, "extras", options.extras)
    yield from _configured(options, "groups", options.groups)
    yield _project(facts)
    yield _bytecode(options)
    if facts.static_files is not None:
        yield _static(facts.static_files, options)


def _reason(decision: str, value: str, because: str, at: Location | None = None) -> Reason:
    return Reason(decision=decision, value=value, because=because, at=str(at) if at is not None else None)


def _configured(options: Options, field: str, values: tuple[str, ...]) -> Iterator[Reason]:
    if values:
        yield _reason(field, " ".join(values), "they are configured", options.origins.get(field))


def _name(name: Fact[str]) -> Reason:
    if name.at == Location("."):
        return _reason("name", name.value, "nothing names the project")
    return _reason("name", name.value, "the project says so", name.at)


def _manager(manager: Fact[str]) -> Reason:
    if manager.value == "none":
        return _reason("package_manager", "none", "there is no file of one")
    return _reason("package_manager", manager.value, "its files are here", manager.at)


def _dependencies(lock: Lock, pins: Pins | None) -> Reason:
    if pins is not None and not lock.complete:
        if pins.written:
            return _reason("dependencies", "locked", "pottle.lock has decided every version", pins.at)
        return _reason("dependencies", "resolved", "an index was asked for them just now", lock.at)
    if lock.complete:
        return _reason("dependencies", "locked", "the lock has decided every version", lock.at)
    if lock.asks is not None:
        return _reason(
            "dependencies", "resolved", "only the project's backend knows them: a build asks it", lock.asks.at
        )
    if all(root.version is not None for root in lock.roots):
        return _reason("dependencies", "resolved", "the versions are decided, and not their files", lock.at)
    return _reason("dependencies", "resolved", "no lock has decided them: a build does, anew every time", lock.at)


def _project(facts: Facts) -> Reason:
    packaging, virtual = facts.packaging, facts.virtual
    if packaging is None and virtual is not None:
        return _reason("project", "copied", f"{virtual.value}: its files run where they lie", virtual.at)
    if packaging is None:
        return _reason("project", "copied", "it has no build system: its files run where they lie")
    because = f"{packaging.backend} builds its wheel, which is installed like any other"
    return _reason("project", "installed", because, packaging.at)


def _static(found: StaticFiles, options: Options) -> Reason:
    if options.collectstatic:
        return _reason("collectstatic", found.directory, "STATIC_ROOT is set: it runs in the image itself", found.at)
    return _reason("collectstatic", "no", "it is configured", options.origins.get("collectstatic"))


def _bytecode(options: Options) -> Reason:
    at = options.origins.get("optimize")
    if options.optimize == "size":
        return _reason("bytecode", "no", "optimize is set to size: smaller, and slower to start", at)
    return _reason("bytecode", "yes", "it starts faster, for a quarter more of space", at)
