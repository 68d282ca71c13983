"""How the container's health is asked for: with the standard library alone, since the image has no shell and no curl."""

from urllib.parse import quote

from pottle.plan.model import HealthCheck, Reason
from pottle.plan.port import listens
from pottle.project.facts import Fact


def health(
    port: int, route: Fact[str] | None, interpreter: str, *, follows: bool, probe: str | None = None
) -> tuple[HealthCheck, Reason]:
    """A GET of the route that the code has for it, else a TCP connection; both to the port that the program listens on.

    `follows`: that one is `$PORT` where it is set. `probe` is the route that the framework has for it.
    """
    address = listens(port, follows=follows)
    if route is None and probe is not None:
        reason = Reason(decision="health", value=f"GET {probe}", because="the framework answers it")
        return _check(interpreter, _get(address, probe)), reason
    if route is None:
        reason = Reason(decision="health", value=f"TCP {port}", because="the code has no route for it")
        return _check(
            interpreter, f"import os,socket;socket.create_connection(('127.0.0.1',{address}),4).close()"
        ), reason
    reason = Reason(decision="health", value=f"GET {route.value}", because="the route stands here", at=str(route.at))
    return _check(interpreter, _get(address, quote(route.value, safe="/-._~!$&'()*+,;=:@"))), reason


def _check(interpreter: str, code: str) -> HealthCheck:
    # -I -S: neither the environment nor the project's own packages are in it. It starts in 15 ms.
    return HealthCheck(command=(interpreter, "-I", "-S", "-c", code))


def _get(address: str, path: str) -> str:
    # `http.client` would do, and costs as much to import as all of the rest: 33 ms instead of 15, every half minute.
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:".encode()
    tail = b"\r\nConnection: close\r\n\r\n"
    return (
        f"import os,socket,sys;p={address};s=socket.create_connection(('127.0.0.1',p),4);"
        f"s.sendall({head!r}+p.encode()+{tail!r});"
        "sys.exit(not b'200'<=s.makefile('rb').readline().split()[1]<b'400')"
    )
