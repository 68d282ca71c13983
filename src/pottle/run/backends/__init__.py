"""The ways to run a container, best first. One file each; one line each in the tuple."""

from pottle.run.backend import Backend
from pottle.run.backends.bubblewrap import BUBBLEWRAP
from pottle.run.backends.docker import DOCKER
from pottle.run.backends.podman import PODMAN
from pottle.run.backends.unshare import UNSHARE

BACKENDS: tuple[Backend, ...] = (
    DOCKER,
    PODMAN,
    BUBBLEWRAP,
    UNSHARE,
)
