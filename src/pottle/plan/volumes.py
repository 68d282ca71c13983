"""Directories that keep data: declared as volumes, so that what is written there outlives a container.

What is configured is all there is; else what the code says it writes. A volume never covers code: on a host that has it already, the
image's newer files would not be seen. What lies among the code is warned about, since the root is read-only.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pottle.config.options import Options
from pottle.errors import ConfigError
from pottle.plan.model import Reason
from pottle.plan.places import APP, ENVIRONMENT, HOME
from pottle.project.facts import Dependency, Facts, Writable

_SYSTEM = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", ENVIRONMENT)
_MEMORY = ("/tmp", "/var/tmp", "/dev/shm", HOME)  # noqa: S108 - paths in an image
"""Where every container can write, and nothing is kept."""
_SERVERS = frozenset(
    {
        *(
            "psycopg",
            "psycopg2",
            "psycopg2-binary",
            "asyncpg",
            "pg8000",
            "mysqlclient",
            "pymysql",
            "aiomysql",
            "asyncmy",
        ),
        *("mysql-connector-python", "oracledb", "pyodbc", "pymssql"),
    }
)
"""Drivers of databases that run elsewhere: a project with one has SQLite for a developer's machine."""
_URL = re.compile(r"sqlite(?:\+\w+)?:///?([^?]*)(?:\?.*)?")


@dataclass(frozen=True, slots=True)
class Volumes:
    """The directories, sorted, and why."""

    paths: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[str, ...] = ()


def volumes(facts: Facts, options: Options) -> Volumes:
    """What is configured, or what the code says. Raises `ConfigError` for a volume that would cover the program."""
    if options.volumes is not None:
        return _configured(options)
    paths, reasons, warnings = set[str](), list[Reason](), list[str]()
    for writable in _wanted(facts, options):
        directory = _directory(writable)
        if warning := _warning(writable, directory, packaged=facts.packaging is not None):
            warnings.append(warning)
        elif not _below(directory, _MEMORY) and directory not in paths:
            paths.add(directory)
            reasons.append(_reason(directory, f"{_shown(writable)} lies there", str(writable.at)))
    return Volumes(tuple(sorted(paths)), tuple(reasons), tuple(warnings))


def _configured(options: Options) -> Volumes:
    at = options.origins.get("volumes")
    for path in options.volumes or ():
        if path in ("/", APP) or _below(path, _SYSTEM) or _below(APP, (path,)):
            hint = f"name a directory of its own, for example /data or {APP}/data"
            raise ConfigError(f"a volume at {path} would cover the program", at=at, hint=hint)
    paths = tuple(sorted(set(options.volumes or ())))
    return Volumes(paths, tuple(_reason(path, "it is configured", str(at) if at else None) for path in paths))


def _reason(path: str, because: str, at: str | None) -> Reason:
    return Reason(decision="volumes", value=path, because=because, at=at)


def _wanted(facts: Facts, options: Options) -> Iterator[Writable]:
    """What will be written: where a variable has the last word, it is asked; a stand-in for a real database is none."""
    environment = dict(options.env)
    elsewhere = _has_server(facts.lock.roots if facts.lock else (), facts.dependencies)
    for writable in facts.writable:
        if writable.variable is not None and writable.variable in environment:
            if moved := _moved(writable, environment):
                yield moved
        elif not (writable.what == "database" and writable.variable is not None and elsewhere):
            yield writable


def _has_server(*dependencies: Sequence[Dependency]) -> bool:
    return any(dependency.name in _SERVERS for some in dependencies for dependency in some)


def _moved(writable: Writable, environment: Mapping[str, str]) -> Writable | None:
    """The same in another place, as the configured environment has it; None where that is no path."""
    value = environment[writable.variable or ""]
    if match := _URL.fullmatch(value):
        return replace(writable, path=match[1], beside_code=False, holds_code=False)
    return None if "://" in value else replace(writable, path=value, beside_code=False, holds_code=False)


def _directory(writable: Writable) -> str:
    """The directory, as the image has it."""
    path = posixpath.normpath(posixpath.join(APP, writable.path))
    return path if writable.directory else posixpath.dirname(path)


def _warning(writable: Writable, directory: str, *, packaged: bool) -> str | None:
    """Why it cannot be a volume; None: it can."""
    if packaged and writable.beside_code:
        where = "beside the installed code"
    elif directory == APP or (writable.holds_code and _below(directory, (APP,))):
        where = "among the code"
    elif directory == "/" or _below(directory, _SYSTEM):
        where = f"in {directory}"
    else:
        return None
    name = posixpath.basename(writable.path)
    example = f"sqlite:////data/{name}" if writable.what == "database" else "/data"
    told = f"set {writable.variable} ({example})" if writable.variable else "keep it below /data"
    what = f"{_shown(writable)} lies {where}, where nothing can be written"
    return f'{writable.at}: {what}: {told}, and `volumes = ["/data"]`'


def _shown(writable: Writable) -> str:
    kinds = {"media": "MEDIA_ROOT", "uploads": "the folder of uploads", "database": "the SQLite database"}
    return f"{kinds[writable.what]} {writable.path}"


def _below(path: str, directories: Sequence[str]) -> bool:
    return any(path == directory or path.startswith(f"{directory.rstrip('/')}/") for directory in directories)
