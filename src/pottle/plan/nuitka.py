"""How Nuitka is told to make a program, wherever that is done."""

import posixpath

from pottle.plan.model import CompileProgram

VERSION = "4.3.3"
"""The version that programs are compiled with where `pottle.lock` names none: the one that all of this was tried with."""
NAME = "pottle_program"
"""What is compiled is called so until it is in the image."""


def options(step: CompileProgram, out: str) -> tuple[str, ...]:
    """What is the same for every program; what it makes lies in `out`, in `NAME.dist`."""
    return (
        "--mode=standalone",
        "--deployment",
        "--python-flag=unbuffered",
        f"--output-filename={posixpath.basename(step.program)}",
        f"--output-dir={out}",
        f"--output-folder-name={NAME}",
        "--remove-output",
        "--disable-cache=all",
        "--no-progressbar",
        "--assume-yes-for-downloads",
        "--lto=no",
        *(("--python-flag=-m",) if step.starts == "module" else ()),
    )
