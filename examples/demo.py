"""`make demo`: serves examples/notes with `pottle run`, shows the first answer, and keeps serving until Ctrl-C.

demo.py POTTLE PORT
"""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).with_name("notes")


def main(pottle: str, port: str) -> int:
    """Pottle's exit code; 0 once somebody has asked it to stop."""
    command = [pottle, "run", "--port", port, str(PROJECT)]
    print("$", *command, flush=True)
    asked = []
    with subprocess.Popen(command) as run:
        signal.signal(signal.SIGINT, lambda *_: asked.append("by the terminal, like pottle"))
        signal.signal(signal.SIGTERM, lambda *_: asked.append(run.terminate()))
        url = f"http://127.0.0.1:{port}/"
        if (answer := first_answer(url, run)) is not None:
            print(f"$ curl {url}\n{answer}", flush=True)
        code = run.wait()
    return 0 if asked else code


def first_answer(url: str, run: "subprocess.Popen[bytes]") -> str | None:
    """What the server says first; None if it ends before it has said anything."""
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while run.poll() is None:
        try:
            with directly.open(url, timeout=5) as response:
                return str(response.read().decode())
        except urllib.error.HTTPError as error:
            return f"{error.code} {error.reason}"
        except OSError:
            time.sleep(0.05)
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
