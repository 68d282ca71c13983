"""The command line: one file per command; this room alone prints."""

import gc
import os
import sys

_GARBAGE = 50_000
"""Objects between two looks for cycles. By default they are 700, and each import makes the collector walk what all others have made:
a tenth of a build that has nothing to do."""


def main() -> None:
    """The entry point of the `pottle` command."""
    gc.set_threshold(_GARBAGE)
    from pottle.cli.failure import run
    from pottle.cli.surroundings import Surroundings

    sys.exit(run(sys.argv[1:], Surroundings(os.environ)))
