import os
import subprocess
import sys

import pytest

FRAGMENTED = """
import resource, sys
from pottle.memory import give_back_large_blocks
if sys.argv[1] == "bounded":
    give_back_large_blocks()
bytearray(16 << 20)  # glibc's threshold grows to what was freed
kept = []
for _ in range(20):
    block = bytearray(4 << 20)
    kept.append(bytearray(4096))
    del block
large = [bytearray(4 << 20) for _ in range(20)]
small = [bytearray(2048) for _ in range(20)]
del large
print(int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize())
"""


def held(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", FRAGMENTED, how],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(
    not hasattr(os, "confstr") or "glibc" not in (os.confstr("CS_GNU_LIBC_VERSION") or ""), reason="glibc's"
)
def test_freed_blocks_are_not_kept_below_small_ones():
    assert held("bounded") < held("as it is") - (30 << 20)
