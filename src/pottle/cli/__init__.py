"""The command line: one file per command; this room alone prints."""

import os
import sys


def main() -> None:
    """The entry point of the `pottle` command."""
    from pottle.cli.failure import run
    from pottle.cli.surroundings import Surroundings

    sys.exit(run(sys.argv[1:], Surroundings(os.environ)))
