"""What every measuring script does around its measurement: flags, a scratch directory, and a page between whose marks the tables go."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks import report

T = TypeVar("T")


def run(about: str, mark: str, measured: Callable[[Path, int], T], text: Callable[[T, int, float], str]) -> int:
    """Measure in a scratch directory, so many runs, and tell it by what was found, the runs and the load before."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="counted runs of each measurement (cold builds: a third)")
    parser.add_argument("--write", type=Path, help="the page whose tables are replaced; without it they are printed")
    options = parser.parse_args()
    before = os.getloadavg()[0]
    scratch = Path(tempfile.mkdtemp(prefix="pottle-bench-"))
    try:
        results = measured(scratch, options.runs)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    tables = text(results, options.runs, before)
    if options.write:
        report.write(tables, options.write, mark)
    else:
        print(tables)
    return 0


def say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
