"""What commands print with: results go to stdout, everything else to stderr; colour and motion only where a person looks."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from pottle.progress import Progress, Silent, Task

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


def progress(environ: Mapping[str, str], *, quiet: bool) -> Progress:
    """Bars for a person at a terminal; warnings alone for a log; nothing when `quiet`."""
    if quiet:
        return Silent()
    if sys.stderr.isatty() and environ.get("TERM") != "dumb" and not environ.get("CI"):
        return Moving()
    return Plain()


class Plain:
    """A log: no motion, warnings as lines."""

    def task(self, name: str, total: int | None = None) -> AbstractContextManager[Task]:
        """Nothing is shown: a log wants results."""
        return Silent().task(name, total)

    def warn(self, message: str) -> None:
        """One line on stderr."""
        print(f"warning: {message}", file=sys.stderr)


class Moving:
    """Bars on a terminal, for work that takes longer than a blink; they vanish when it is done."""

    DELAY = 0.4
    """Seconds that work may take unseen: a bar that flashes tells nobody anything."""

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._running = 0
        self._lock = threading.Lock()

    @contextmanager
    def task(self, name: str, total: int | None = None) -> Iterator[Task]:
        """A bar, or a spinner where the total is not known, that appears after `DELAY`."""
        shown = _Shown(lambda: self._start(name, total), self._advance)
        timer = threading.Timer(self.DELAY, shown.appear)
        timer.daemon = True
        timer.start()
        try:
            yield shown
        finally:
            timer.cancel()
            self._finish(shown.vanish())

    def warn(self, message: str) -> None:
        """One line above the bars."""
        with self._lock:
            console = self._bars.console if self._bars is not None else _console()
            console.print("[yellow]warning:[/] ", end="")
            console.print(message, markup=False, highlight=False)

    def _start(self, name: str, total: int | None) -> "TaskID":
        with self._lock:
            if self._bars is None:
                self._bars = _new_bars()
            self._running += 1
            if self._running == 1:
                self._bars.start()
            return self._bars.add_task(name, total=total)

    def _advance(self, bar: "TaskID", amount: int) -> None:
        if self._bars is not None:
            self._bars.advance(bar, amount)

    def _finish(self, bar: "TaskID | None") -> None:
        if bar is None:
            return
        with self._lock:
            assert self._bars is not None
            self._bars.remove_task(bar)
            self._running -= 1
            if self._running == 0:
                self._bars.stop()


class _Shown:
    """A task that is not seen before its time has come."""

    def __init__(self, start: "Callable[[], TaskID]", advance: "Callable[[TaskID, int], None]") -> None:
        self._start, self._advance = start, advance
        self._lock = threading.Lock()
        self._bar: TaskID | None = None
        self._unseen = 0
        self._done = False

    def appear(self) -> None:
        with self._lock:
            if not self._done:
                self._bar = self._start()
                self._advance(self._bar, self._unseen)

    def advance(self, amount: int) -> None:
        """Count `amount`, seen or not."""
        with self._lock:
            if self._bar is None:
                self._unseen += amount
            else:
                self._advance(self._bar, amount)

    def vanish(self) -> "TaskID | None":
        with self._lock:
            self._done = True
            return self._bar


def _console() -> "Console":
    from rich.console import Console

    return Console(stderr=True)


def _new_bars() -> "Bars":
    from rich.progress import BarColumn, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    return Bars(*columns, console=_console(), transient=True)
