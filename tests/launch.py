"""`pottle` as a program of its own, for tests: with a signing key to trust and a clock that stands still.

Arguments: a file with the key, the time in seconds since 1970, and those of `pottle`.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings

if __name__ == "__main__":
    key, now, *arguments = sys.argv[1:]
    moment = datetime.fromtimestamp(float(now), UTC)
    around = Surroundings(os.environ, lambda: moment, (Path(key).read_bytes(),))
    sys.exit(run(arguments, around))
