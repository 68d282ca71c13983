"""Where cargo would get crates on this machine (The Cargo Book, "Source Replacement", "Configuration"): its `config.toml` and the environment.

`POTTLE_CRATES` comes first: the index of a registry, or a directory of `.crate` files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pottle.errors import ConfigError
from pottle.text import Location

_LARGEST = 1 << 20
_FOLLOWED = 10
CHOICE = "POTTLE_CRATES"
"""The variable that says where crates are, whatever cargo's own configuration says."""
DEFAULT = "crates-io"
"""What cargo calls the registry that is meant where none is named."""


@dataclass(frozen=True, slots=True)
class CargoConfig:
    """What is said of registries."""

    path: str | None = None
    """The file; None: there is none."""
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    registries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    def place(self, index: str) -> "str | Path":
        """Where the crates are that a lock has from `index`: another index, or a directory with their `.crate` files."""
        if chosen := self.environ.get(CHOICE):
            return chosen if "://" in chosen else Path(chosen)
        name = self._name(index)
        for _ in range(_FOLLOWED):
            table = self.sources.get(name, {})
            if not isinstance(following := table.get("replace-with"), str):
                break
            name = following
        else:
            raise self._wrong(f"the source {name} is replaced without end")
        return self._of(name, index)

    def _of(self, name: str, index: str) -> "str | Path":
        table = self.sources.get(name, {})
        for key in ("registry", "local-registry"):
            if isinstance(found := table.get(key), str):
                return found if key == "registry" else Path(self.path or "/").parent.parent / found
        if "directory" in table:
            raise self._wrong(f"the source {name} is a directory of crates that are unpacked")
        variable = f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_INDEX"
        found = self.environ.get(variable) or self.registries.get(name, {}).get("index")
        return found if isinstance(found, str) else index

    def _name(self, index: str) -> str:
        """What the configuration calls the registry."""
        bare = bare_index(index)
        for name, table in self.sources.items():
            if isinstance(table.get("registry"), str) and bare_index(table["registry"]) == bare:
                return name
        for name, table in self.registries.items():
            if isinstance(table.get("index"), str) and bare_index(table["index"]) == bare:
                return name
        return DEFAULT

    def _wrong(self, what: str) -> ConfigError:
        hint = f"name the index of a registry, or a directory of .crate files: {CHOICE}"
        return ConfigError(what, at=Location(self.path) if self.path else None, hint=hint)


def bare_index(index: str) -> str:
    """The URL of an index, however it is written."""
    return index.removeprefix("registry+").removeprefix("sparse+").rstrip("/").removesuffix(".git")


def read(environ: Mapping[str, str]) -> CargoConfig:
    """The configuration of who runs this. Raises `ConfigError` for a file that is none."""
    home = environ.get("CARGO_HOME") or (f"{environ['HOME']}/.cargo" if environ.get("HOME") else None)
    if home is None:
        return CargoConfig(environ=environ)
    for path in (Path(home, "config"), Path(home, "config.toml")):  # cargo takes the older name where both are there
        if path.is_file():
            sources, registries = tables(path)
            return CargoConfig(str(path), sources, registries, environ)
    return CargoConfig(environ=environ)


def tables(path: Path) -> tuple[dict[str, Mapping[str, Any]], dict[str, Mapping[str, Any]]]:
    """`[source]` and `[registries]` of a `config.toml`. Raises `ConfigError` where it cannot be read."""
    import tomli

    try:
        document = tomli.loads(path.read_bytes()[:_LARGEST].decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"this is no configuration of cargo: {error}", at=Location(str(path))) from error
    return _tables(document.get("source")), _tables(document.get("registries"))


def _tables(found: object) -> dict[str, Mapping[str, Any]]:
    named = found if isinstance(found, dict) else {}
    return {name: table for name, table in named.items() if isinstance(table, dict)}
