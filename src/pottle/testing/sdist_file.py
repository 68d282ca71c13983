"""Small source archives made in memory, for tests."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_BACKEND = """\
import os, zipfile

NAME, VERSION, REQUIRES, CODE = {name!r}, {version!r}, {requires!r}, {code!r}

def build_wheel(directory, config_settings=None, metadata_directory=None):
    stem = f"{{NAME.replace('-', '_')}}-{{VERSION}}"
    info, wheel = f"{{stem}}.dist-info", f"{{stem}}-py3-none-any.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {{NAME}}", f"Version: {{VERSION}}", *(f"Requires-Dist: {{each}}" for each in REQUIRES)]
    members = {{
        f"{{NAME.replace('-', '_')}}.py": f"version = {{VERSION!r}}\\n{{CODE}}",
        f"{{info}}/METADATA": "\\n".join(lines) + "\\n",
        f"{{info}}/WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }}
    members[f"{{info}}/RECORD"] = "".join(f"{{path}},,\\n" for path in [*members, f"{{info}}/RECORD"])
    with zipfile.ZipFile(os.path.join(directory, wheel), "w") as archive:
        for path, content in members.items():
            archive.writestr(zipfile.ZipInfo(path), content)
    return wheel
"""


@dataclass(frozen=True)
class SdistFile:
    """A source archive with a backend of its own, which makes a module of the distribution's name."""

    name: str
    version: str = "1.0"
    requires: Sequence[str] = ()
    """What it depends on."""
    build_requires: Sequence[str] = ()
    """What it is built with."""
    dynamic: bool = False
    """Only its backend knows what it depends on."""
    code: str = ""
    """What its module has besides its version."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Further ones, which win."""

    @property
    def filename(self) -> str:
        """By the source distribution format."""
        return f"{self.name.replace('-', '_')}-{self.version}.tar.gz"

    @property
    def metadata(self) -> bytes:
        """PKG-INFO."""
        lines = [
            f"Metadata-Version: {'2.1' if self.dynamic else '2.2'}",
            f"Name: {self.name}",
            f"Version: {self.version}",
        ]
        lines += [] if self.dynamic else [f"Requires-Dist: {each}" for each in self.requires]
        return "\n".join(lines).encode() + b"\n"

    @property
    def content(self) -> bytes:
        """The archive."""
        system = f'requires = {list(self.build_requires)!r}\nbuild-backend = "own"\nbackend-path = ["backend"]\n'
        backend = _BACKEND.format(name=self.name, version=self.version, requires=list(self.requires), code=self.code)
        files = {
            "PKG-INFO": self.metadata.decode(),
            "pyproject.toml": f"[build-system]\n{system}",
            "backend/own.py": backend,
        }
        return archive(self.filename.removesuffix(".tar.gz"), {**files, **self.files})

    @property
    def sha256(self) -> str:
        """Of the archive."""
        return hashlib.sha256(self.content).hexdigest()


def archive(top: str, files: Mapping[str, str]) -> bytes:
    """A compressed tar of the files, below the directory `top`: the same bytes each time."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{top}/{path}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(raw.getvalue(), mtime=0)
