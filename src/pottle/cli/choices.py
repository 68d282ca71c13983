"""The flags that several commands share: what to build, and how to talk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

PROJECT = click.Path(
    path_type=Path, readable=False
)  # whether it exists is for the project reader to say, in pottle's words

_BASE_FLAGS = (
    click.option("--python", metavar="X.Y", help="The Python version, in place of what the project asks for."),
    click.option(
        "--base",
        metavar="NAME",
        help='What the image stands on: a suite such as "trixie", or an image such as "python:3.13-slim".',
    ),
)

_ALLOW_EXPIRED = click.option(
    "--allow-expired", metavar="SUITE", multiple=True, help="Accept this suite's Release past its date."
)

_PLAN_FLAGS = (
    *_BASE_FLAGS,
    click.option("--app", metavar="TARGET", help="Which application, where the project has several: module:attribute."),
    click.option("--port", metavar="PORT", type=click.IntRange(1, 65535), help="Where the application listens."),
    click.option(
        "--optimize",
        type=click.Choice(["speed", "size"]),
        help='"size" leaves out bytecode, tests, headers …',
    ),
    click.option("--compile", type=click.Choice(["nuitka"]), help="Make a program of it, on an otherwise empty image."),
    click.option("--variant", type=click.Choice(["default", "debug"]), help='"debug" adds a shell and coreutils.'),
    click.option(
        "--strict/--no-strict",
        default=None,
        help="Refuse another patch version than is asked for, and what is not pinned.",
    ),
    _ALLOW_EXPIRED,
)

_REACH_FLAGS = (
    click.option(
        "--ca-cert",
        type=click.Path(path_type=Path),
        help="A CA bundle to trust besides the machine's own; never in the image.",
    ),
    click.option(
        "--insecure",
        metavar="HOST",
        multiple=True,
        help="A registry that may be spoken to without TLS; may be repeated.",
    ),
)

_MIRROR_FLAG = click.option("--mirror", metavar="URL", help="The Debian mirror.  [env: POTTLE_DEBIAN_MIRROR]")

_DEBS_FLAG = click.option(
    "--debs",
    metavar="DIR|oci://…",
    help="Where the .debs of pottle.lock are kept and looked for first.  [env: POTTLE_DEBS]",
)

_LOCKED_FLAG = click.option(
    "--locked/--no-locked",
    default=None,
    help="Resolve nothing: everything has to come from locks.  [env: POTTLE_LOCKED]",
)

_REFRESH_FLAG = click.option(
    "--refresh", is_flag=True, help="Ask the archives again, even if they were asked within the hour."
)

_SOURCE_FLAGS = (
    _LOCKED_FLAG,
    _MIRROR_FLAG,
    _DEBS_FLAG,
    _REFRESH_FLAG,
    *_REACH_FLAGS,
)

_REGISTRY_FLAGS = (
    click.option("--cache-from", metavar="REF", multiple=True, help="A repository to find layers in; may be repeated."),
    click.option("--cache-to", metavar="REF", help="The repository to put layers into, for other machines."),
)

_TALK_FLAGS = (
    click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How results are told."),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no warnings."),
)


def project_argument(command: Command) -> Command:
    """`[PATH]`, by default the current directory."""
    return click.argument("path", type=PROJECT, default=Path(), required=False)(command)


def platform_flag(command: Command, default: str = "this machine's") -> Command:
    """`--platform`, repeatable and comma-separated."""
    text = f"linux/amd64 or linux/arm64; by default {default}."
    return click.option("--platform", "platforms", metavar="LIST", multiple=True, callback=_split, help=text)(command)


def plan_flags(command: Command) -> Command:
    """What decides about the image."""
    return _all(_PLAN_FLAGS, command)


def lock_flags(command: Command) -> Command:
    """What decides about bases and wheels, and how archives and an index are reached."""
    return _all((*_BASE_FLAGS, _ALLOW_EXPIRED, _MIRROR_FLAG, _DEBS_FLAG, _REFRESH_FLAG, *_REACH_FLAGS), command)


def locked_flag(command: Command) -> Command:
    """`--locked`."""
    return _LOCKED_FLAG(command)


def reach_flags(command: Command) -> Command:
    """`--ca-cert`."""
    return _all(_REACH_FLAGS, command)


def source_flags(command: Command) -> Command:
    """Where bytes come from."""
    return _all(_SOURCE_FLAGS, command)


def registry_flags(command: Command) -> Command:
    """Registries, and where in them layers are shared."""
    return _all(_REGISTRY_FLAGS, command)


def talk_flags(command: Command) -> Command:
    """What is said on the terminal."""
    return _all(_TALK_FLAGS, command)


def _all(flags: tuple[Callable[[Command], Command], ...], command: Command) -> Command:
    for flag in reversed(flags):
        command = flag(command)
    return command


def _split(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001
    return tuple(word for text in value for word in text.split(",") if word)
