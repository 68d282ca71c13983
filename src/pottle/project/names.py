"""Dotted names across the project's modules: where a name is defined, however many `import`s it was passed through."""

from collections.abc import Callable, Iterable

from pottle.project.module import Module

_HOPS = 8
"""An import chain longer than this is a cycle."""


class Names:
    """The modules of a project by name; `find` gives those that are not among `modules`."""

    def __init__(self, modules: Iterable[Module], find: Callable[[str], Module | None] | None = None) -> None:
        self._find = find
        self._modules: dict[str, Module] = {}
        for module in modules:
            self._modules.setdefault(module.name, module)

    def canonical(self, qualified: str) -> str:
        """`qualified` as it is called where it is defined."""
        for _ in range(_HOPS):
            owner, _, name = qualified.rpartition(".")
            module = self._module(owner)
            if module is None or name not in module.imports:
                break
            further = module.imports[name]
            if further == qualified:
                break
            qualified = further
        return qualified

    def owner(self, qualified: str) -> tuple[Module, str] | None:
        """The module of the project that defines `qualified`, and the name there."""
        owner, _, name = self.canonical(qualified).rpartition(".")
        module = self._module(owner)
        return None if module is None else (module, name)

    def _module(self, name: str) -> Module | None:
        found = self._modules.get(name)
        return self._find(name) if found is None and self._find is not None else found
