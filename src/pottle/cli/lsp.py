"""`pottle lsp`: what `pottle lint` finds, in an editor."""

import os
import signal
import threading

import click

from pottle.cli.surroundings import Surroundings


@click.command("lsp", short_help="Serve an editor: findings and fixes while you type.")
@click.option(
    "--stdio", is_flag=True, help="On standard input and output; there is no other way, and some editors say it."
)
@click.pass_obj
def command(around: Surroundings, /, stdio: bool) -> int:  # noqa: ARG001
    """Serve an editor over the Language Server Protocol: findings, fixes and the pages of rules while you type.

    Editors start it themselves; how they are told is in docs/reference/lint.md. It needs pygls: pip install 'pottle[lsp]'.

    \b
    Examples:
      pottle lsp
    """
    from pottle.errors import HostError

    try:
        from pottle.lsp.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        hint = "install it with pottle: uv tool install 'pottle[lsp]', pip install 'pottle[lsp]'"
        raise HostError("pottle lsp needs pygls, which is not installed", hint=hint) from None
    signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # also in every thread that is started from here on
    threading.Thread(target=_end, args=(signals,), daemon=True).start()
    serve(around.environ)
    return 0


def _end(signals: set[signal.Signals]) -> None:
    """At once: a thread waits for the editor's next word, and nothing that was begun is anywhere but in memory.

    A handler would run in the main thread, which sleeps on when the kernel interrupts another one.
    """
    os._exit(128 + signal.sigwait(signals))
