"""How a command ends: its exit code, and every error shown in one place."""

import errno
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from pottle.cli.surroundings import Surroundings, cache_directory
from pottle.errors import HostError, PottleError, UsageError

if TYPE_CHECKING:
    import click

BUG = 70
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 1.0
"""Seconds in which a second signal is not heard: the first is being answered, and cleaning up must not be cut short by it."""


class Interrupted(BaseException):
    """Ctrl-C, or somebody wants us to end: everything is cleaned up on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(arguments: Sequence[str], around: Surroundings) -> int:
    """The exit code of `pottle ARGUMENTS`; whatever goes wrong has been said on stderr by then."""
    try:
        with _heard():
            return _invoke(arguments, around)
    except PottleError as error:
        return show(error, as_json=wants_json(arguments))
    except (Interrupted, KeyboardInterrupt) as interruption:
        print("\nstopped" if sys.stderr.isatty() else "stopped", file=sys.stderr)
        return 128 + (interruption.number if isinstance(interruption, Interrupted) else signal.SIGINT)
    except BrokenPipeError:
        # Whoever read our output has gone: nothing is left to be said, and Python must not try at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        if (known := _host_error(error)) is None:
            return _bug(around)
        return show(known, as_json=wants_json(arguments))
    except Exception:  # noqa: BLE001 - the last place before a traceback
        return _bug(around)


@contextmanager
def _heard() -> Iterator[None]:
    """Signals that end a program raise `Interrupted` instead."""
    first = -_PATIENCE

    def hear(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        nonlocal first
        if time.monotonic() - first >= _PATIENCE:
            first = time.monotonic()
            raise Interrupted(number)

    heard = [
        number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN
    ]  # as `nohup` and `&` want it
    before = {number: signal.signal(number, hear) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _invoke(arguments: Sequence[str], around: Surroundings) -> int:
    import click

    from pottle.cli.commands import pottle

    try:
        code = pottle.main(list(arguments), prog_name="pottle", standalone_mode=False, obj=around)
    except click.Abort:
        raise Interrupted(signal.SIGINT) from None
    except click.UsageError as error:
        raise _usage_error(error) from None
    return code if isinstance(code, int) else 0


def _usage_error(error: "click.UsageError") -> UsageError:
    """Click's words as one of our errors."""
    what = error.format_message().rstrip(".")
    hint = f"`{error.ctx.command_path} --help` shows what there is" if error.ctx else None
    return UsageError(f"{what[:1].lower()}{what[1:]}", hint=hint)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether an error is to be JSON: `--format json` was asked for before anything was parsed."""
    before = list(arguments)[: list(arguments).index("--")] if "--" in arguments else list(arguments)
    return "--format=json" in before or any(pair == ("--format", "json") for pair in pairwise(before))


def show(error: PottleError, *, as_json: bool) -> int:
    """Print an error, and those found with it, on stderr; gives its exit code."""
    if as_json:
        import json

        print(json.dumps({"error": {**_document(error), "exit_code": error.exit_code}}), file=sys.stderr)
    else:
        for one in (error, *error.also):
            _print(one)
    return error.exit_code


def _document(error: PottleError) -> dict[str, object]:
    at = {"path": error.at.path, "line": error.at.line} if error.at else None
    return {"what": error.what, "at": at, "hint": error.hint, "also": [_document(one) for one in error.also]}


def _print(error: PottleError) -> None:
    import click

    click.echo(click.style("error: ", fg="red", bold=True) + error.what, err=True, color=_colours())
    if error.at is not None:
        click.echo(f"  --> {error.at}", err=True)
    if error.hint is not None:
        click.echo(click.style("  hint: ", fg="cyan") + error.hint, err=True, color=_colours())


def _colours() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None


def _host_error(error: OSError) -> HostError | None:
    name = error.filename if isinstance(error.filename, str) else "a file"
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return HostError(
                f"no space is left for {name}", hint="free some, or choose another disk with POTTLE_CACHE_DIR"
            )
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return HostError(f"{name} cannot be used: {error.strerror}", hint="check its owner and mode")
    return None


def _bug(around: Surroundings) -> int:
    import traceback

    text = traceback.format_exc()
    path: Path | None = cache_directory(around.environ) / "crash.txt"
    try:
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    except OSError:
        path = None
        print(text, file=sys.stderr)
    where = f"the traceback is in {path}" if path else "its traceback stands above"
    print(f"error: sorry, this is a bug in pottle; {where}", file=sys.stderr)
    return BUG
