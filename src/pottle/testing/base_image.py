"""Images as somebody else makes them, and a repository in memory that has them: bases to build on, without a registry."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.reference import Reference
from pottle.stop import Stop
from pottle.testing.registry import FakeRegistry

GLIBC = b"\0GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41.\n\0"
MUSL = b"\0musl libc (x86_64)\nVersion %s\n\x001.2.5\0"
ACCOUNTS = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"


def python(version: str, prefix: str = "usr/local") -> dict[str, bytes | str]:
    """The files of a CPython: path → content, or the target of a link."""
    minor = version.rpartition(".")[0]
    return {
        f"{prefix}/bin/python{minor}": b"\x7fNOT-ELF\0" + version.encode() + b"\0",
        f"{prefix}/bin/python3": f"->python{minor}",
        f"{prefix}/bin/python": "->python3",
        f"{prefix}/lib/python{minor}/os.py": b"",
    }


def debian(**more: bytes | str) -> dict[str, bytes | str]:
    """The files of a Debian image that matter."""
    return {
        "etc/passwd": ACCOUNTS.encode(),
        "etc/group": b"root:x:0:\nnogroup:x:65534:\n",
        "etc/os-release": "->../usr/lib/os-release",
        "usr/lib/os-release": b'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_CODENAME=trixie\n',
        "lib": "->usr/lib",
        "bin": "->usr/bin",
        "usr/bin/dash": b"",
        "usr/bin/sh": "->dash",
        "usr/lib/x86_64-linux-gnu/libc.so.6": GLIBC,
        "usr/lib/x86_64-linux-gnu/libcrypt.so.1": b"",
        "var/lib/dpkg/status": b"Package: libc6\nStatus: install ok installed\nVersion: 2.41-12\n\n"
        b"Package: gone\nStatus: deinstall ok config-files\n",
        "etc/ssl/certs/ca-certificates.crt": b"-----BEGIN CERTIFICATE-----\n",
        "tmp/": "",
        **more,
    }


def alpine(**more: bytes | str) -> dict[str, bytes | str]:
    """The same of an Alpine image."""
    return {
        "etc/passwd": ACCOUNTS.encode(),
        "etc/os-release": b"ID=alpine\nVERSION_ID=3.22.1\n",
        "bin/busybox": b"",
        "bin/sh": "->/bin/busybox",
        "lib/ld-musl-x86_64.so.1": MUSL,
        "etc/ssl/cert.pem": "->certs/ca-certificates.crt",
        "etc/ssl/certs/ca-certificates.crt": b"-----BEGIN CERTIFICATE-----\n",
        "tmp/": "",
        **more,
    }


def tar(files: Mapping[str, bytes | str]) -> bytes:
    """A layer: `->target` is a link, `=target` a hard one, a path that ends in `/` a directory."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, content in files.items():
            info = tarfile.TarInfo(path.rstrip("/"))
            info.mode = 0o755
            if path.endswith("/"):
                info.type, info.mode = tarfile.DIRTYPE, 0o1777 if path == "tmp/" else 0o755
                archive.addfile(info)
            elif isinstance(content, str):
                info.type = tarfile.SYMTYPE if content.startswith("->") else tarfile.LNKTYPE
                info.linkname = content.removeprefix("->").removeprefix("=")
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


@dataclass(frozen=True)
class Received:
    """A manifest, as a registry sends it."""

    content: bytes
    descriptor: Descriptor


@dataclass
class MemoryRepository:
    """Blobs, and manifests by digest and by tag; it notes what it was asked for."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, Received] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    reference: Reference = field(default_factory=lambda: Reference.parse("registry.example/team/base:latest"))
    stop: Stop = field(default_factory=Stop)

    def repository(self, name: Reference) -> Self:
        """Whatever is asked for: it is a registry with one repository."""
        self.reference = name
        return self

    def resolve(self) -> Descriptor:
        """What its tag stands for."""
        self.asked.append(f"resolve {self.reference.tag}")
        return self.manifests[self.reference.tag or ""].descriptor

    def manifest(self, which: Digest | str) -> Received:
        """By digest or tag."""
        self.asked.append(f"manifest {which}")
        return self.manifests[which]

    def blob(self, blob: Descriptor) -> Iterator[bytes]:
        """In one piece."""
        self.asked.append(f"blob {blob.digest}")
        yield self.blobs[blob.digest]

    def put_blob(self, content: bytes, media_type: str) -> Descriptor:
        """Another blob."""
        digest = Digest.of(content)
        self.blobs[digest] = content
        return Descriptor(media_type, digest, len(content))

    def put(self, document: Mapping[str, Any], media_type: str, tag: str | None = None) -> Descriptor:
        """Another manifest or index."""
        content = json.dumps(document).encode()
        descriptor = Descriptor(media_type, Digest.of(content), len(content))
        for name in filter(None, (descriptor.digest, tag)):
            self.manifests[name] = Received(content, descriptor)
        return descriptor

    def serve(self, registry: FakeRegistry, repository: str) -> None:
        """Puts all of it there."""
        registry.blobs[repository] |= self.blobs
        for name, received in self.manifests.items():
            digest = str(received.descriptor.digest)
            registry.manifests[repository][digest] = (received.descriptor.media_type, received.content)
            if name != digest:
                registry.tags[repository][name] = digest

    def image(
        self,
        *layers: Mapping[str, bytes | str] | bytes,
        config: Mapping[str, Any] | None = None,
        tag: str | None = "1",
        docker: bool = False,
        platform: str = "linux/amd64",
        history: Sequence[Mapping[str, Any]] | None = None,
    ) -> Descriptor:
        """An image of these layers, each files or the bytes of a tar; `config` is its `config` member."""
        tars = [layer if isinstance(layer, bytes) else tar(layer) for layer in layers]
        layer_type, config_type, manifest_type = (
            (media_types.DOCKER_LAYER_GZIP, media_types.DOCKER_CONFIG, media_types.DOCKER_MANIFEST)
            if docker
            else (media_types.LAYER_GZIP, media_types.CONFIG, media_types.MANIFEST)
        )
        blobs = [self.put_blob(gzip.compress(each, mtime=0), layer_type) for each in tars]
        os, architecture = platform.split("/")
        document = {
            "architecture": architecture,
            "os": os,
            "config": config or {},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(each).hexdigest()}" for each in tars]},
            "history": history if history is not None else [{"created_by": f"layer {n}"} for n in range(len(tars))],
        }
        described = self.put_blob(json.dumps(document).encode(), config_type)
        manifest = {
            "schemaVersion": 2,
            "mediaType": manifest_type,
            "config": plain(described),
            "layers": [plain(blob) for blob in blobs],
        }
        return self.put(manifest, manifest_type, tag)

    def index(self, manifests: Mapping[str, Descriptor], tag: str = "1") -> Descriptor:
        """An index of images, by platform."""
        listed = [
            {**plain(each), "platform": dict(zip(("os", "architecture"), platform.split("/"), strict=True))}
            for platform, each in manifests.items()
        ]
        document = {"schemaVersion": 2, "mediaType": media_types.INDEX, "manifests": listed}
        return self.put(document, media_types.INDEX, tag)


def plain(descriptor: Descriptor) -> dict[str, Any]:
    """A descriptor as JSON has it."""
    return {"mediaType": descriptor.media_type, "digest": descriptor.digest, "size": descriptor.size}
