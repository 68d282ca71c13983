"""Images and listeners for the tests of `run`."""

from pathlib import Path

from pottle.run.backend import Launch
from pottle.run.image import Config, Image


def never(path: Path) -> None:
    raise AssertionError(f"nobody should ask for the image's files: {path}")


def image(config: Config = Config(command=("app",)), unpack=never, write_archive=never) -> Image:  # noqa: B008
    return Image("demo:latest", f"sha256:{'a' * 64}", f"sha256:{'b' * 64}", config, unpack, write_archive)


def launch(config: Config, *, argv=("app",), environment=(), ports=(), network=None) -> Launch:
    return Launch(image(config), argv, environment, ports, network)


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, ...]] = []

    def started(self, backend: str) -> None:
        self.events.append(("started", backend))

    def ready(self, url: str) -> None:
        self.events.append(("ready", url))

    def passed_over(self, backend: str, reason: str) -> None:
        self.events.append(("passed over", backend, reason))
