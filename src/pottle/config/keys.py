"""The keys that `[tool.pottle]` and `pottle.toml` know: name, type and meaning of each.

The one list that reading, environment variables, suggestions and the JSON Schema are made from.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict, get_args, get_type_hints

import msgspec
from msgspec import Meta

Distribution = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")]
Package = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]+$")]
Suite = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$")]
Platform = Annotated[str, Meta(pattern=r"^linux/[a-z0-9]+(/v[0-9]+)?$")]
Text = Annotated[str, Meta(pattern=r"^[^\x00]*$")]
Directory = Annotated[str, Meta(pattern=r"^(/[^/\x00:,.][^/\x00:,]*)+$")]
Repository = Annotated[str, Meta(pattern=r"^[^\s@]+$")]
Variable = Annotated[str, Meta(pattern=r"^[^=\x00]+$")]


ProcessName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]


class ProcessKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be said of one process."""

    # Without constraints: msgspec 0.22 forgets the pattern of a text that is in a union with a constrained array.
    command: Annotated[
        str | tuple[str, ...], Meta(description="What it runs: a list of words, or a line as a shell reads it.")
    ]
    schedule: (
        Annotated[
            str,
            Meta(
                pattern=r"^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|[^\s]+( [^\s]+){4})$",
                description='When it runs, as cron writes it: "*/5 * * * *"; without it, all the time.',
            ),
        ]
        | None
    ) = None


class StepKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be said of one step of the build."""

    command: Annotated[
        str | tuple[str, ...], Meta(description="What it runs: a list of words, or a line of words; no shell reads it.")
    ]
    outputs: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[^\x00:,]+$")], ...],
        Meta(min_length=1, description='The directories that it writes to: ["locale", "/srv/data"].'),
    ]


RuleName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*$")]


class LintKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What may be said of `pottle lint`."""

    select: Annotated[
        tuple[RuleName, ...], Meta(description='The rules to ask: names, categories, "all"; by default all.')
    ] = ()
    ignore: Annotated[tuple[RuleName, ...], Meta(description="The rules not to ask: names, categories.")] = ()
    severity: Annotated[
        dict[RuleName, Literal["error", "warning", "info"]],
        Meta(description='How grave findings are, by rule or category: { size = "info" }.'),
    ] = msgspec.field(default_factory=dict)
    per_file_ignores: Annotated[
        dict[Text, tuple[RuleName, ...]],
        Meta(description='What is not asked of some files: { "Dockerfile.dev" = ["runs-as-root"] }.'),
    ] = msgspec.field(default_factory=dict)


class Keys(TypedDict, total=False):
    """What a user may configure. In TOML and on the command line `_` is written `-`."""

    base: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-zA-Z0-9./:@_-]*$",
            description='What the image stands on: a suite ("trixie"), a distribution ("debian"), or an image ("python:3.13-slim").',
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
    process: Annotated[
        dict[ProcessName, ProcessKeys],
        Meta(description="Further processes of the same image, each in a table of its name; `web` is its own."),
    ]
    step: Annotated[
        dict[ProcessName, StepKeys],
        Meta(
            description="Commands that are run in the image while it is built, without network, in the order of their names: each in a table."
        ),
    ]
    port: Annotated[int, Meta(ge=1, le=65535, description="The port that the application listens on.")]
    app: Annotated[
        str,
        Meta(
            pattern=r"^[^\s:]+(:[A-Za-z_][A-Za-z0-9_.]*)?$",
            description='Which application is meant: "module:attribute", a module, or a file.',
        ),
    ]
    lockfile: Annotated[
        str,
        Meta(
            pattern=r"^[^/\x00][^\x00]*$",
            description='The lock to read where there are several: "uv.lock", "requirements/production.txt".',
        ),
    ]
    optimize: Annotated[
        Literal["speed", "size"],
        Meta(
            description='"speed", or "size" without bytecode, tests, headers, stubs and symbols: smaller, slower to start.'
        ),
    ]
    keep: Annotated[
        tuple[Text, ...],
        Meta(
            description='What "size" leaves as it is, by paths below site-packages: ["numpy/_core/include", "*/tests"].'
        ),
    ]
    compression: Annotated[
        Literal["gzip", "zstd"],
        Meta(description='How layers are compressed: "gzip", or "zstd": smaller, not for engines of before 2023.'),
    ]
    compile: Annotated[
        Literal["nuitka"],
        Meta(description='"nuitka": the image is a program of machine code on nothing, without CPython and sources.'),
    ]
    variant: Annotated[
        Literal["default", "debug"], Meta(description='"default", or "debug" with a shell and coreutils.')
    ]
    packages: Annotated[
        tuple[Package, ...], Meta(description="Debian packages that the application needs at run time.")
    ]
    build_packages: Annotated[
        tuple[Package, ...],
        Meta(description='Debian packages that distributions without a wheel are built with: ["libpq-dev"].'),
    ]
    strict: Annotated[
        bool, Meta(description="Refuse what is not exactly as asked for: another patch version, unpinned requirements.")
    ]
    extras: Annotated[tuple[Distribution, ...], Meta(description="The project's own extras to install.")]
    groups: Annotated[
        tuple[Distribution, ...], Meta(description="Dependency groups (PEP 735) to install; none by default.")
    ]
    volumes: Annotated[
        tuple[Directory, ...],
        Meta(description='Directories that keep data: ["/data"]; in place of those that the code names.'),
    ]
    source_builds: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^(\*|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)$")], ...],
        Meta(
            description='Distributions to build though wheels for others are there, or though no lock names them; ["*"]: any.'
        ),
    ]
    labels: Annotated[dict[Variable, Text], Meta(description="Labels of the image.")]
    env: Annotated[dict[Variable, Text], Meta(description="Environment variables of the container.")]
    build_env: Annotated[
        dict[Variable, Text], Meta(description="Environment variables of commands that run while the image is built.")
    ]
    collectstatic: Annotated[
        bool, Meta(description="Whether Django's static files are collected; by default where STATIC_ROOT is set.")
    ]
    compilemessages: Annotated[
        bool, Meta(description="Whether Django's messages are compiled; by default where a .po has no .mo beside it.")
    ]
    exclude: Annotated[
        tuple[Text, ...],
        Meta(description='Files to leave out, as .dockerignore writes them; "!static/dist" takes in what git ignores.'),
    ]
    lint: Annotated[LintKeys, Meta(description="What `pottle lint` checks, and how grave it is.")]
    mirror: Annotated[
        str, Meta(pattern=r"^https?://[^\s@]+$", description="The Debian mirror's URL, without credentials.")
    ]
    debs: Annotated[
        str,
        Meta(
            pattern=r"^(oci://[^\s@]+|[^\s:\x00][^:\x00]*)$",
            description='Where `pottle lock` keeps .debs and builds look first: "vendor/debs", "oci://registry.example/team/debs".',
        ),
    ]
    locked: Annotated[bool, Meta(description="Resolve nothing: whatever no lock has decided is an error.")]
    allow_expired: Annotated[tuple[Suite, ...], Meta(description="Suites whose Release may be past its Valid-Until.")]
    cache_from: Annotated[
        tuple[Repository, ...],
        Meta(
            description='Repositories that layers are looked for in before they are made: ["registry.example/cache"].'
        ),
    ]
    cache_to: Annotated[
        Repository, Meta(description="The repository that layers are put into, for other machines to find them.")
    ]


TYPES: Mapping[str, Any] = get_type_hints(Keys, include_extras=True)
"""Field name → its annotated type."""

LISTS = frozenset(
    {
        "platforms",
        "command",
        "packages",
        "build_packages",
        "extras",
        "groups",
        "source_builds",
        "exclude",
        "keep",
        "allow_expired",
        "volumes",
        "cache_from",
    }
)
SWITCHES = frozenset({"strict", "collectstatic", "compilemessages", "locked"})
MAPPINGS = frozenset({"labels", "env", "build_env", "process", "step"})
PROCESS: Mapping[str, Any] = get_type_hints(ProcessKeys, include_extras=True)
"""The fields of a process → their annotated types."""
STEP: Mapping[str, Any] = get_type_hints(StepKeys, include_extras=True)
"""The fields of a step → their annotated types."""
LINT: Mapping[str, Any] = get_type_hints(LintKeys, include_extras=True)
"""The fields of `lint` → their annotated types."""


def written(field: str) -> str:
    """The field as a TOML key or a flag spells it."""
    return field.replace("_", "-")


def description(field: str) -> str:
    """What the key means, as a sentence."""
    return str(next(meta.description for meta in TYPES[field].__metadata__ if meta.description))


def table_description(table: Mapping[str, Any], field: str) -> str:
    """The same for a key of a process (`PROCESS`), of a `STEP` or of `LINT`."""
    metadata = getattr(table[field], "__metadata__", None) or get_args(table[field])[0].__metadata__
    return str(next(meta.description for meta in metadata if meta.description))


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `[tool.pottle]` and of `pottle.toml`."""
    (_, definitions) = msgspec.json.schema_components([Keys])
    properties = definitions.pop("Keys")["properties"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pottle",
        "type": "object",
        "properties": {written(field): properties[field] for field in TYPES},
        "additionalProperties": False,
        "$defs": definitions,
    }
