"""Dotted names across the project's modules: where a name is defined, however many `import`s it was passed through."""

from collections.abc import Callable, Iterable

from pottle.project.module import Module

_HOPS = 8
"""An import chain longer than this is a cycle."""


def _nothing(name: str) -> Module | None:  # noqa: ARG001
    return None


class Names:
    """The modules of a project by name; `further` are those that had nothing to say, and are read only when they are named."""

    def __init__(self, modules: Iterable[Module], further: Callable[[str], Module | None] = _nothing) -> None:
        self._modules: dict[str, Module] = {}
        self._further = further
        for module in modules:
            self._modules.setdefault(module.name, module)

    def module(self, name: str) -> Module | None:
        """The project's module of that name."""
        return self._modules.get(name) or self._further(name)

    def canonical(self, qualified: str) -> str:
        """`qualified` as it is called where it is defined."""
        for _ in range(_HOPS):
            owner, _, name = qualified.rpartition(".")
            module = self.module(owner)
            if module is None:
                break
            further = module.imports.get(name) or self._starred(module, name)
            if further is None or further == qualified or name in module.defined:
                break
            qualified = further
        return qualified

    def owner(self, qualified: str) -> tuple[Module, str] | None:
        """The module of the project that defines `qualified`, and the name there."""
        owner, _, name = self.canonical(qualified).rpartition(".")
        module = self.module(owner)
        return None if module is None else (module, name)

    def _starred(self, module: Module, name: str) -> str | None:
        """Where `from other import *` in `module` finds `name`; the last one that has it."""
        if name in module.defined or name.startswith("_"):
            return None
        for other in reversed(module.starred):
            there = self.module(other)
            if there is not None and (name in there.defined or name in there.imports):
                return f"{other}.{name}"
        return None
