"""The keys that `[tool.pottle]` and `pottle.toml` know: name, type and meaning of each.

The one list that reading, environment variables, suggestions and the JSON Schema are made from.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict, get_type_hints

import msgspec
from msgspec import Meta

Distribution = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")]
Package = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]+$")]
Suite = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$")]
Platform = Annotated[str, Meta(pattern=r"^linux/[a-z0-9]+(/v[0-9]+)?$")]
Text = Annotated[str, Meta(pattern=r"^[^\x00]*$")]
Directory = Annotated[str, Meta(pattern=r"^(/[^/\x00:,.][^/\x00:,]*)+$")]
Variable = Annotated[str, Meta(pattern=r"^[^=\x00]+$")]


class Keys(TypedDict, total=False):
    """What a user may configure. In TOML and on the command line `_` is written `-`."""

    base: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-zA-Z0-9./:@_-]*$",
            description='What the image stands on: a distribution ("debian"), a suite ("trixie"), or both.',
        ),
    ]
    python: Annotated[
        str, Meta(pattern=r"^[0-9]+\.[0-9]+(\.[0-9]+)?$", description='The Python version: "3.13" or "3.13.5".')
    ]
    platforms: Annotated[
        tuple[Platform, ...],
        Meta(description='What to build for: ["linux/amd64", "linux/arm64"]; by default the building host.'),
    ]
    command: Annotated[
        tuple[Text, ...], Meta(min_length=1, description="The container's argv, in place of what the code suggests.")
    ]
    port: Annotated[int, Meta(ge=1, le=65535, description="The port that the application listens on.")]
    app: Annotated[
        str,
        Meta(
            pattern=r"^[^\s:]+(:[A-Za-z_][A-Za-z0-9_.]*)?$",
            description='Which application is meant: "module:attribute", a module, or a file.',
        ),
    ]
    optimize: Annotated[
        Literal["speed", "size"], Meta(description='"speed", or "size" without bytecode: smaller, slower to start.')
    ]
    variant: Annotated[
        Literal["default", "debug"], Meta(description='"default", or "debug" with a shell and coreutils.')
    ]
    packages: Annotated[
        tuple[Package, ...], Meta(description="Debian packages that the application needs at run time.")
    ]
    extras: Annotated[tuple[Distribution, ...], Meta(description="The project's own extras to install.")]
    groups: Annotated[
        tuple[Distribution, ...], Meta(description="Dependency groups (PEP 735) to install; none by default.")
    ]
    volumes: Annotated[
        tuple[Directory, ...],
        Meta(description='Directories that keep data: ["/data"]; in place of those that the code names.'),
    ]
    labels: Annotated[dict[Variable, Text], Meta(description="Labels of the image.")]
    env: Annotated[dict[Variable, Text], Meta(description="Environment variables of the container.")]
    exclude: Annotated[tuple[Text, ...], Meta(description="Files to leave out, in the language of .dockerignore.")]
    mirror: Annotated[
        str, Meta(pattern=r"^https?://[^\s@]+$", description="The Debian mirror's URL, without credentials.")
    ]
    allow_expired: Annotated[tuple[Suite, ...], Meta(description="Suites whose Release may be past its Valid-Until.")]


TYPES: Mapping[str, Any] = get_type_hints(Keys, include_extras=True)
"""Field name → its annotated type."""

LISTS = frozenset({"platforms", "command", "packages", "extras", "groups", "exclude", "allow_expired", "volumes"})
MAPPINGS = frozenset({"labels", "env"})


def written(field: str) -> str:
    """The field as a TOML key or a flag spells it."""
    return field.replace("_", "-")


def description(field: str) -> str:
    """What the key means, as a sentence."""
    return str(next(meta.description for meta in TYPES[field].__metadata__ if meta.description))


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `[tool.pottle]` and of `pottle.toml`."""
    (_, definitions) = msgspec.json.schema_components([Keys])
    properties = definitions["Keys"]["properties"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pottle",
        "type": "object",
        "properties": {written(field): properties[field] for field in TYPES},
        "additionalProperties": False,
    }
