"""What is deployed of a project, whatever the platform: its processes, and the variables that somebody has to set."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pottle.plan.model import ImagePlan, ProcessPlan
from pottle.project.variables import Variable
from pottle.render.backing import ADDRESSES, SERVICES

LISTENS = ("web-asgi", "web-wsgi", "web-own-server", "ui")
"""Kinds that serve."""
ENDS = ("cli", "script", "job")
"""Kinds that do what they are asked for and end."""
_WAIT = ("apscheduler", "schedule", "rocketry")
"""Frameworks of jobs that wait for their times instead."""
_SECRETS = frozenset(
    {
        *(
            "SECRET",
            "SECRETS",
            "PASSWORD",
            "PASSWD",
            "PASS",
            "PGPASSWORD",
            "PGPASS",
            "TOKEN",
            "CREDENTIAL",
            "CREDENTIALS",
        ),
        *("PRIVATE", "DSN", "SALT", "PEM", "KEY", "KEYS", "APIKEY"),
    }
)
"""Words in names of variables whose values nobody shall read."""
_SERVERS = frozenset(word for service in SERVICES for word in service.words)


@dataclass(frozen=True)
class Deployment:
    """A plan, and what its code reads from the environment."""

    plan: ImagePlan
    variables: tuple[Variable, ...] = ()

    @property
    def main(self) -> ProcessPlan:
        """What the image starts by itself."""
        return self.plan.processes[0]

    @property
    def serves(self) -> bool:
        """Whether it listens on a port."""
        return self.plan.port is not None and self.plan.kind in LISTENS

    @property
    def ends(self) -> bool:
        """Whether the image's own process is done at some time."""
        return self.plan.kind in ENDS and self.plan.framework not in _WAIT and not self.serves

    @cached_property
    def once(self) -> tuple[ProcessPlan, ...]:
        """What has to end well before the others start: migrations."""
        return tuple(process for process in self.plan.processes[1:] if process.once)

    @cached_property
    def scheduled(self) -> tuple[ProcessPlan, ...]:
        """What runs at its times."""
        return tuple(process for process in self.plan.processes if process.schedule is not None)

    @cached_property
    def running(self) -> tuple[ProcessPlan, ...]:
        """What runs all the time, the image's own first, whatever it is."""
        others = (each for each in self.plan.processes[1:] if not each.once and each.schedule is None)
        return (*([self.main] if self.main.schedule is None else []), *others)

    @cached_property
    def open(self) -> tuple[Variable, ...]:
        """The variables that the code reads and the image does not set."""
        return tuple(each for each in self.variables if each.name not in self._set)

    @cached_property
    def _set(self) -> frozenset[str]:
        pairs = (*self.plan.runtime.environment, *(pair for each in self.plan.processes for pair in each.environment))
        return frozenset(name for name, _ in pairs)

    @property
    def home(self) -> str:
        """The user's directory, which is no more than memory."""
        return dict(self.plan.runtime.environment).get("HOME", "/tmp")


def is_secret(name: str) -> bool:
    """Whether a variable of this name holds what nobody shall read; a server's URL has a login in it."""
    words = name.upper().split("_")
    return not _SECRETS.isdisjoint(words) or (words[-1] in ADDRESSES and not _SERVERS.isdisjoint(words))


def volumes(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A name for each directory that is kept: `/app/data` is `data`. `tmp` and `home` are memory."""
    seen = {"tmp", "home"}
    for path in paths:
        short = re.sub(r"[^a-z0-9]+", "-", path.removeprefix("/app/").lower()).strip("-") or "data"
        name = next(each for each in (short, *(f"{short}-{number}" for number in range(2, 99))) if each not in seen)
        seen.add(name)
        yield name, path
