"""The environment that markers are evaluated in: the image's, never the host's (PEP 508, "Environment Markers")."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from packaging.utils import canonicalize_name

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan.bases import Base
from pottle.project.facts import Lock

Environment: TypeAlias = Mapping[str, str | AbstractSet[str]]


def asked(lock: Lock | None, options: Options) -> Environment:
    """The extras and groups that are asked for, as the markers of a `pylock.toml` speak of them (PEP 751)."""
    groups = {*(lock.default_groups if lock else ()), *map(canonicalize_name, options.groups)}
    return {"extras": {*map(canonicalize_name, options.extras)}, "dependency_groups": groups}


def marker_environment(base: Base, platform: Platform) -> dict[str, str]:
    """What `python_full_version`, `platform_machine` and the others are inside the image.

    `platform_release` and `platform_version` belong to the kernel that the container will meet: nobody knows them now, they are empty.
    """
    return dict(  # noqa: C408 - the names are PEP 508's own
        implementation_name="cpython",
        implementation_version=base.python_full,
        os_name="posix",
        platform_machine=platform.machine,
        platform_python_implementation="CPython",
        platform_release="",
        platform_system="Linux",
        platform_version="",
        python_full_version=base.python_full,
        python_version=base.python,
        sys_platform="linux",
    )
