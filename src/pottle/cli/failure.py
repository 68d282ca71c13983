"""How a command ends: its exit code, and every error shown in one place."""

import errno
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import FrameType

from pottle.errors import HostError, PottleError

INTERRUPTED = 130
BUG = 70


class Terminated(BaseException):
    """SIGTERM arrived: like Ctrl-C, everything is cleaned up on the way out."""


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """The exit code of `pottle ARGUMENTS`; whatever goes wrong has been said on stderr by then."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return _invoke(arguments)
    except PottleError as error:
        return show(error, as_json=wants_json(arguments))
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return INTERRUPTED
    except Terminated:
        return 128 + signal.SIGTERM
    except BrokenPipeError:
        # Whoever read our output has gone: nothing is left to be said, and Python must not try at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        if (known := _host_error(error)) is None:
            return _bug(environ)
        return show(known, as_json=wants_json(arguments))
    except Exception:  # noqa: BLE001 - the last place before a traceback
        return _bug(environ)


def _invoke(arguments: Sequence[str]) -> int:
    import click

    from pottle.cli.commands import pottle

    try:
        code = pottle.main(list(arguments), prog_name="pottle", standalone_mode=False)
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else 0


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


def _terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise Terminated


def _bug(environ: Mapping[str, str]) -> int:
    import traceback

    from pottle.cli.surroundings import cache_directory

    text = traceback.format_exc()
    path: Path | None = cache_directory(environ) / "crash.txt"
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
