"""A server on the loopback that answers, in a thread of its own, while its `with` block runs."""

from http.server import ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self


class Loopback:
    """What serves itself through a server that it is given."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Go away: from now on connections are refused. Its URL stays what it was."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
