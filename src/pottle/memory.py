"""How much memory a process keeps that it no longer uses."""

from contextlib import suppress
from typing import Final

_MMAP_THRESHOLD: Final = -3
"""mallopt(3): `M_MMAP_THRESHOLD`."""
_LARGE: Final = 1 << 20
"""Bytes."""


def give_back_large_blocks() -> None:
    """Let what is large come from the system and go back to it when it is freed.

    glibc raises its own threshold with the first large block that is freed, and keeps what lies below between smaller ones: a build of
    NumPy, SciPy, pandas and PyArrow holds 203 MB at most, with this 166. Other C libraries have no such call.
    """
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)
