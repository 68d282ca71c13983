"""Gives an image to an engine, without running it: what `docker load` does."""

from collections.abc import Mapping

from pottle.errors import HostError
from pottle.run.backends.docker import DOCKER
from pottle.run.backends.podman import PODMAN
from pottle.run.engine import Engine
from pottle.run.image import Image
from pottle.run.settings import Host

ENGINES = (DOCKER, PODMAN)


def load(images: Mapping[str, Image], host: Host) -> tuple[str, str]:
    """The engine that has the image now, and the name to run it by. Raises `HostError` where no engine answers.

    `images` are by platform: of several the engine gets the one for its own.
    """
    reasons = []
    for engine in ENGINES:
        if (reason := engine.refusal(host)) is None:
            return engine.name, engine.load(_for(engine, images, host), host)
        reasons.append(f"{engine.name}: {reason}")
    hint = "start docker or podman, or write an archive with `-o image.tar`"
    raise HostError(f"no engine to load the image into ({'; '.join(reasons)})", hint=hint)


def _for(engine: Engine, images: Mapping[str, Image], host: Host) -> Image:
    """An engine may be on another machine than this one, so it is asked."""
    if len(images) == 1:
        return next(iter(images.values()))
    own = engine.platform(host)
    if own not in images:
        what = f"{engine.name} runs {own}, and the image is for {' and '.join(images)}"
        raise HostError(what, hint=f"build for {own} too, or load one: --platform {next(iter(images))}")
    return images[own]
