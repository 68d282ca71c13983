"""What stands for the sandbox that sources are built in, where the root is a test's: our own Python, with the same program and files."""

import subprocess
import sys
from pathlib import Path

from pottle.api.host import own_platform
from pottle.build.sandbox import Ended, Task
from pottle.errors import HostError
from pottle.oci.platform import Platform
from pottle.stop import Stop

_START = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import build_worker
build_worker.OUT = sys.argv.pop(1)
build_worker.ANSWER = build_worker.OUT + "/answer.json"
build_worker.main()
"""


def run_in(_: object, root: Path, task: Task, platform: Platform, stop: Stop) -> Ended:
    """As `Sandbox.run_in`, with nothing kept out and nothing bounded. Of another platform it runs nothing."""
    if str(platform) != str(own_platform()):
        raise HostError(f"a distribution has to be built for {platform}")
    (site,) = task.readable["/build/environment"].glob("lib/python*/site-packages")
    worker = task.readable["/build/worker.py"]
    words = (str(worker.parent), str(task.writable["/build/out"]), *task.argv[2:])
    done = subprocess.run(
        [sys.executable, "-P", "-c", _START, *words],
        cwd=task.writable["/build/source"],
        env={**dict(task.environment), "PYTHONPATH": str(site)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout)
