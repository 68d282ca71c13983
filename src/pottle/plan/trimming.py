"""What is left out of third parties' distributions where the image is to be small (`optimize = "size"`).

The project's own files are its own affair: `exclude` leaves some of them out.
"""

import re
from collections.abc import Collection, Iterator

from pottle.config.options import Options
from pottle.plan.bases import Base
from pottle.plan.model import Reason, Trim, Unneeded
from pottle.plan.places import ENVIRONMENT

_COMPILER = re.compile(r"(gcc|g\+\+|gfortran|clang|cpp)(-\d+)?|tcc|build-essential")
"""Debian packages that compile."""
_TOLD = {"tests": "tests", "sources": "headers", "stubs": "stubs", "symbols": "symbols"}


def trim(options: Options, base: Base, packages: Collection[str]) -> Trim | None:
    """The step; None where nothing is to be left out."""
    if options.optimize != "size":
        return None
    compiles = _compiles(base, packages) is not None
    without: tuple[Unneeded, ...] = (
        ("tests", "stubs", "symbols") if compiles else ("tests", "sources", "stubs", "symbols")
    )
    return Trim(into=ENVIRONMENT, without=without, keep=options.keep)


def reasons(options: Options, base: Base, packages: Collection[str]) -> Iterator[Reason]:
    """What is left out, and why that."""
    step = trim(options, base, packages)
    if step is None:
        return
    at = options.origins.get("optimize")
    value = ", ".join(_TOLD[each] for each in step.without)
    because = "optimize is set to size: no running program reads what is left out of distributions"
    if why := _compiles(base, packages):
        because = f"{because}; headers stay, since {why}"
    yield Reason(decision="left_out", value=value, because=because, at=str(at) if at is not None else None)
    if step.keep:
        at = options.origins.get("keep")
        because = "they are configured to stay whole"
        yield Reason(
            decision="keep", value=" ".join(step.keep), because=because, at=str(at) if at is not None else None
        )


def _compiles(base: Base, packages: Collection[str]) -> str | None:
    """Why something in the image may read headers: a compiler."""
    if base.reference is not None:
        return "the base image may hold a compiler"
    return next((f"{each} is installed" for each in sorted(packages) if _COMPILER.fullmatch(each)), None)
