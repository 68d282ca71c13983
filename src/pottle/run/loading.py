"""Gives an image to an engine, without running it: what `docker load` does."""

from pottle.errors import HostError
from pottle.run.backends.docker import DOCKER
from pottle.run.backends.podman import PODMAN
from pottle.run.image import Image
from pottle.run.settings import Host

ENGINES = (DOCKER, PODMAN)


def load(image: Image, host: Host) -> tuple[str, str]:
    """The engine that has the image now, and the name to run it by. Raises `HostError` where no engine answers."""
    reasons = []
    for engine in ENGINES:
        if (reason := engine.refusal(host)) is None:
            return engine.name, engine.load(image, host)
        reasons.append(f"{engine.name}: {reason}")
    hint = "start docker or podman, or write an archive with `-o image.tar`"
    raise HostError(f"no engine to load the image into ({'; '.join(reasons)})", hint=hint)
