"""Projects of a few lines with a lock of uv's, for rules that ask what is installed."""

from collections.abc import Mapping, Sequence

_ENTRY = """
[[package]]
name = "{name}"
version = "1.0"
source = {{ registry = "https://index.example/simple" }}
dependencies = [{dependencies}]
wheels = [{{ url = "https://index.example/{name}-1.0-py3-none-any.whl", hash = "sha256:{zeros}" }}]
"""


def locked(
    dependencies: Sequence[str], dev: Sequence[str] = (), needs: Mapping[str, Sequence[str]] | None = None
) -> dict[str, str]:
    """`pyproject.toml` and `uv.lock`; `needs` is what a distribution depends on."""
    needs = needs or {}
    names = sorted({*dependencies, *dev, *needs, *(each for edges in needs.values() for each in edges)})
    entries = "".join(
        _ENTRY.format(name=name, zeros="0" * 64, dependencies=_edges(needs.get(name, ()))) for name in names
    )
    quoted = ", ".join(f'"{each}"' for each in dependencies)
    quoted_dev = ", ".join(f'"{each}"' for each in dev)
    pyproject = f'[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.13"\ndependencies = [{quoted}]\n'
    own = f'\n[[package]]\nname = "shop"\nversion = "1.0"\nsource = {{ virtual = "." }}\ndependencies = [{_edges(dependencies)}]\n'
    if dev:
        pyproject += f"\n[dependency-groups]\ndev = [{quoted_dev}]\n"
        own += f"\n[package.dev-dependencies]\ndev = [{_edges(dev)}]\n"
    own += f"\n[package.metadata]\nrequires-dist = [{_edges(dependencies)}]\n"
    if dev:
        own += f"\n[package.metadata.requires-dev]\ndev = [{_edges(dev)}]\n"
    return {"pyproject.toml": pyproject, "uv.lock": f'version = 1\nrequires-python = ">=3.13"\n{entries}{own}'}


def _edges(names: Sequence[str]) -> str:
    return ", ".join(f'{{ name = "{each}" }}' for each in names)
