"""`pottle run` for a directory instead of an image: run_directory.py JSON, as any user, with nothing but the source on the path."""

import json
import os
import shutil
import sys
from functools import partial
from pathlib import Path

from pottle.errors import PottleError
from pottle.run.image import Config, Image
from pottle.run.runner import run
from pottle.run.settings import Host, Port, Settings


def tell(*words: str) -> None:
    print(*words, file=sys.stderr, flush=True)


class Teller:
    def started(self, backend: str) -> None:
        tell("started", backend)

    def ready(self, url: str) -> None:
        tell("ready", url)

    def passed_over(self, backend: str, reason: str) -> None:
        tell("passed over", backend, reason)


def unpack(into: Path) -> None:
    raise SystemExit(f"should be unpacked already: {into}")


def main(cache: str, digest: str, backend: str, config: dict, settings: dict, archive: str = "") -> int:
    """`archive` is what an engine loads; without it no engine should ask."""
    config = Config(**{**config, "environment": tuple(map(tuple, config["environment"]))})
    image = Image("root:latest", digest, digest, config, unpack, partial(shutil.copy, archive) if archive else unpack)
    ports = tuple(Port.parse(text) for text in settings.pop("ports", ()))
    settings["environment"] = tuple(map(tuple, settings.get("environment", ())))
    try:
        return run(image, Settings(ports=ports, backend=backend, **settings), Host(os.environ, Path(cache)), Teller())
    except PottleError as error:
        tell(f"error: {error}")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(**json.loads(sys.argv[1])))
