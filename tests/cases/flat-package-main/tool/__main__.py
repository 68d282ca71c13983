import signal


def stop(*_):
    raise SystemExit


signal.signal(signal.SIGTERM, stop)
print("hello")
