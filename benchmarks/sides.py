"""The two that are compared: pottle, and Docker's BuildKit with a Dockerfile."""

import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import call

_POTTLE = Path(sys.executable).with_name("pottle")
_PATIENCE = 60.0


@dataclass(frozen=True)
class Size:
    """Bytes on disk and as transferred."""

    unpacked: int
    compressed: int


@dataclass(frozen=True)
class Pottle:
    """`pottle` as a user calls it, on a cache of its own."""

    cache: Path
    environ: Mapping[str, str]

    def __call__(self, *arguments: object) -> str:
        return call([_POTTLE, *arguments], {**self.environ, "POTTLE_CACHE_DIR": str(self.cache)})

    def build(self, directory: Path, *arguments: object) -> str:
        return self("build", "--quiet", directory, *arguments)

    def layers(self, directory: Path, *arguments: object) -> dict[str, Size]:
        """Of the built image, by name."""
        document = json.loads(self.build(directory, "--format=json", *arguments))
        return {layer["name"]: Size(layer["unpacked_size"], layer["size"]) for layer in document["layers"]}

    def digests(self, directory: Path, *arguments: object) -> dict[str, str]:
        """Of the layers, by name."""
        document = json.loads(self.build(directory, "--format=json", *arguments))
        return {layer["name"]: layer["digest"] for layer in document["layers"]}

    def wheels(self, directory: Path) -> int:
        """How many the image holds."""
        plan = json.loads(self("plan", "--format=json", directory))
        return sum(len(step.get("requirements", ())) for layer in plan["layers"] for step in layer["steps"])

    def forget_builds(self) -> None:
        """All that was made is deleted; what came from the archive, and uv's own cache, stays."""
        for path in self.cache.iterdir():
            if path.name != "debian":
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def copied(self, to: Path) -> Path:
        """The cache as it is, by hard links: its files are never written to, only replaced."""
        return Path(shutil.copytree(self.cache, to, copy_function=os.link, symlinks=True))

    def restore(self, known: Path) -> None:
        """The cache as it was when it was copied."""
        shutil.rmtree(self.cache)
        shutil.copytree(known, self.cache, copy_function=os.link, symlinks=True)


@dataclass(frozen=True)
class Docker:
    """`docker build`, with what a build behind a proxy needs to reach an index."""

    environ: Mapping[str, str]

    def __call__(self, *arguments: object) -> str:
        return call(["docker", *arguments], self.environ)

    def build(self, directory: Path, dockerfile: str, *arguments: object) -> str:
        """Builds `bench-DOCKERFILE`; gives its name."""
        tag = f"bench-{dockerfile}"
        options = ("--network=host", "--quiet", f"--tag={tag}", f"--file={directory / dockerfile}.Dockerfile")
        self("build", *options, *self._certificates(), *arguments, directory)
        return tag

    def save(self, tag: str, path: Path) -> None:
        self("save", "--output", path, tag)

    def size(self, tag: str) -> Size:
        """What the engine says it takes, and what the registry holds after the engine has pushed it."""
        remote = f"{self.environ['POTTLE_E2E_REGISTRY']}/{tag}"
        self("tag", tag, remote)
        self("push", "--quiet", remote)
        manifest = json.loads(self("manifest", "inspect", "--insecure", remote))
        self("rmi", remote)
        return Size(self.unpacked(tag), sum(layer["size"] for layer in manifest["layers"]))

    def unpacked(self, tag: str) -> int:
        """The bytes of its files, by the engine's own count."""
        return int(self("image", "inspect", "--format={{.Size}}", tag))

    def answers(self, tag: str, module: str) -> float:
        """Seconds from `docker run` to the first answer over HTTP, under a fresh container."""
        port = _free_port()
        server = ("uvicorn", "--host=127.0.0.1", f"--port={port}", module)
        began = time.perf_counter()
        container = self("run", "--detach", "--network=host", tag, *server)
        try:
            while not _answers(port):
                if time.perf_counter() - began > _PATIENCE:
                    raise SystemExit(f"{tag} does not answer\n{self('logs', container)}")
                time.sleep(0.002)
            return time.perf_counter() - began
        finally:
            self("rm", "--force", container)

    def _certificates(self) -> Sequence[str]:
        bundle = self.environ.get("SSL_CERT_FILE")
        return (f"--secret=id=ca,src={bundle}", "--build-arg=SSL_CERT_FILE=/run/secrets/ca") if bundle else ()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def emptied(environ: Mapping[str, str], scratch: Path) -> Pottle:
    """pottle on an empty cache."""
    return Pottle(Path(tempfile.mkdtemp(prefix="cache-", dir=scratch)), environ)
