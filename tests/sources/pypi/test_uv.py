import subprocess
import sys

_AT_ONCE = """
import sys, threading
import uv
from pottle.sources.pypi.uv import binary

ready = threading.Barrier(16)

def look():
    ready.wait()
    binary()

sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=look) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_many_threads_find_uv_at_once():
    for _ in range(4):
        done = subprocess.run([sys.executable, "-c", _AT_ONCE], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
