import signal
import subprocess


def stop(number, frame):
    raise SystemExit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    subprocess.run("echo started", shell=True, check=True)
