"""The code of a project as its detectors look at it: names, values, applications, and calls that listen, each found once."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from pottle.project.candidates import Candidate, Search
from pottle.project.module import Module
from pottle.project.names import Names
from pottle.project.routes import Table
from pottle.project.serving import Listeners, Listening
from pottle.project.values import Values


class Code:
    """The modules of a project."""

    def __init__(self, modules: Sequence[Module], further: Callable[[str], Module | None]) -> None:
        self.modules = modules
        self.names = Names(modules, further)
        self.values = Values(self.names)
        self.search = Search(modules, self.names)
        self.listeners = Listeners(self.search, self.values)

    @cached_property
    def candidates(self) -> dict[str, Candidate]:
        """Application objects and factories by name."""
        return {candidate.name: candidate for candidate in self.search.candidates()}

    @cached_property
    def routes(self) -> Table:
        """Which paths they answer."""
        return Table(self.modules, self.names)

    def listening(self) -> Iterator[Listening]:
        """Every call that listens."""
        for module in self.modules:
            for node, function in module.scopes:
                yield from self.listeners.within(module, node, function)

    def served(self, listening: Listening) -> Candidate | None:
        """The application that a call serves; `"app:app"` may be a name that only the module's own directory makes right."""
        name = listening.served or ""
        return self.candidates.get(name) or self.candidates.get(f"{listening.module.package}.{name}")
