"""The processes of one image: its own, those that the configuration and the `Procfile` name, and those that the code is made for.

Who names processes means all of them: beside a `Procfile` the code adds none. What the code suggests and the environment cannot run
is left out in silence; what somebody has written down and cannot be run is told.
"""

from collections.abc import Iterator
from dataclasses import replace

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.plan import programs
from pottle.plan.application import Held, Start
from pottle.plan.model import ProcessPlan
from pottle.plan.start import start as start_of
from pottle.plan.starting import ONCE, Said, configured, surroundings
from pottle.plan.system import Need
from pottle.project import runners
from pottle.project.command_line import parse
from pottle.project.facts import Application, Facts, Process

BESIDE = ("worker", "bot")
"""Kinds of which there may be one beside a process of another kind."""
_NAMES = {"web-asgi": "web", "web-wsgi": "web", "web-own-server": "web", "ui": "web", "script": "main"}


class Processes:
    """The processes of an image that starts `own` by itself."""

    def __init__(self, facts: Facts, options: Options, held: Held, own: Start) -> None:
        self._facts, self._options, self._held, self._own = facts, options, held, own
        self._said = Said(facts, options, held)
        self.needs: list[Need] = []
        """Debian packages that the others want."""
        self.warnings: list[str] = []
        self.all = tuple(self._all())

    def _all(self) -> Iterator[ProcessPlan]:
        own = self._own
        name = own.name or _NAMES.get(own.kind, own.kind)
        reason = own.reasons[0]
        yield _planned(name, replace(own, environment=()), reason.because, reason.at)
        seen = {name}
        for process, schedule in self._written():
            if process.name not in seen and (found := self._started(process)):
                seen.add(process.name)
                yield _planned(process.name, found, "it stands here", str(process.at), schedule)
        for name, found, because, at in self._suggested():
            if name not in seen:
                seen.add(name)
                yield _planned(name, found, because, at)

    def _written(self) -> Iterator[tuple[Process, str | None]]:
        for name, options in self._options.process:
            yield configured(name, options), options.schedule
        yield from ((process, None) for process in self._facts.processes if process.because is None)

    def _started(self, process: Process) -> Start | None:
        try:
            found = self._said.start(process, own=False)
        except ProjectError as error:
            self.warnings.append(f"{error.at}: {error.what}: it is left out")
            return None
        self.needs += found.needs
        self.warnings += found.warnings
        return found

    def _suggested(self) -> Iterator[tuple[str, Start, str, str]]:
        if any(process.because is None for process in self._facts.processes):
            return
        for app in self._facts.applications:
            if found := self._beside(app):
                yield app.kind, found, app.because, str(app.at)
        for process in self._facts.processes:
            words = runners.bare(parse(process.command).words)
            if not programs.missing(words, self._held, ()) and self._has_django(words):
                found = self._said.start(process, own=False)
                yield process.name, found, process.because or "", str(process.at)

    def _has_django(self, words: tuple[str, ...]) -> bool:
        return "django" in self._held or not (runners.script(words) or "").endswith("manage.py")

    def _beside(self, app: Application) -> Start | None:
        """A worker or a bot beside the image's own process."""
        own = self._own.application
        if app.kind not in BESIDE or app.kind == self._own.kind or (own is not None and app.target == own.target):
            return None
        try:
            return start_of(app, replace(surroundings(self._facts, self._options, self._held), port=None))
        except ProjectError:
            return None


def _planned(name: str, start: Start, because: str, at: str | None, schedule: str | None = None) -> ProcessPlan:
    return ProcessPlan(
        name=name,
        command=start.command,
        environment=tuple(sorted(start.environment)),
        stop_signal=start.stop_signal,
        once=name in ONCE,
        schedule=schedule,
        because=because,
        at=at,
    )
