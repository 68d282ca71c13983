"""A volume keeps an environment that the next build does not reach.

A volume is filled from the image once, when it is made. `docker compose up --build` makes a new image and mounts the old volume over it, also one
without a name: what was added to the dependencies is not there, and nobody sees why.

Source: https://docs.docker.com/engine/storage/volumes/#mounting-a-volume-over-existing-data; `docker compose up --renew-anon-volumes` exists for this.

Quiet where the container brings the environment up to date when it starts (`uv run`, `uv sync`), where it
only waits for somebody to work in it (`sleep`), and where nobody knows what it runs.

Bad:

```yaml
services:
  web:
    image: shop
    command: gunicorn --bind 0.0.0.0:8000 shop:app
    volumes:
      - .:/app
      - /app/.venv
```

Good:

```yaml
services:
  web:
    image: shop
    command: gunicorn --bind 0.0.0.0:8000 shop:app
    volumes:
      - ./src:/app/src
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.lint.compose import Compose
from pottle.lint.rule import Finding, Rule
from pottle.lint.rules.mount_hides_environment import INSTALLS

_WORKSHOP = re.compile(r"\bsleep\b|\btail\b|^/?(?:\w+/)*(?:ba)?sh$")
"""It only stays alive: somebody works in it, and installs."""
_ENVIRONMENT = (".venv", "venv", "site-packages")


def check(compose: Compose) -> Iterator[Finding]:
    """Every volume, with a name or without, on an environment."""
    for service in compose.services.values():
        words = compose.words(service)
        if words is None or INSTALLS.search(" ".join(words)) or _WORKSHOP.search(" ".join(words)):
            continue
        for volume in service.volumes():
            name = posixpath.basename(volume.target.rstrip("/"))
            plain = volume.source is None or (not volume.bind and "$" not in volume.source)
            if plain and name in _ENVIRONMENT:
                yield Finding(
                    volume.span,
                    "the volume keeps the packages of the build that made it: what is added later is missing",
                    hint="install outside of what is mounted: `ENV UV_PROJECT_ENVIRONMENT=/opt/venv`, and drop the volume",
                )


RULE = Rule(Compose, "warning", "compose", check)
