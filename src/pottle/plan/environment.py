"""The environment that markers are evaluated in: the image's, never the host's (PEP 508, "Environment Markers")."""

from pottle.oci.platform import Platform
from pottle.plan.bases import Base


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
