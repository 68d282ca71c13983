"""References of images, and what their names tell about what is in them."""

import re
from dataclasses import dataclass

from pottle.lint.knowledge.bases import DEBIAN_NUMBERS, SUITES

_PYTHON_TAG = re.compile(r"(?:v)?(3(?:\.\d+){0,2})(?:(a|b|rc)\d+)?(?:-(.+))?")
_UV_TAG = re.compile(
    r"(?:(\d+(?:\.\d+){0,2})-)?(?:python(3\.\d+)(?:-(.+))?|(trixie|bookworm|bullseye|debian|alpine).*)"
)
_LIBRARY = re.compile(
    r"(?:(?:docker\.io|index\.docker\.io)/(?:library/)?|public\.ecr\.aws/docker/library/|mirror\.gcr\.io/library/|"
    r"mirror\.gcr\.io/|(?:[\w.-]+/)?library/)?([a-z0-9_-]+)"
)


@dataclass(frozen=True, slots=True)
class ImageName:
    """A reference (OCI distribution specification), taken apart."""

    repository: str
    tag: str | None
    digest: str | None

    @classmethod
    def parse(cls, text: str) -> "ImageName":
        """Never fails: what is no reference has a repository alone."""
        rest, _, digest = text.partition("@")
        name, colon, tag = rest.rpartition(":")
        if not colon or "/" in tag:
            name, tag = rest, ""
        return cls(name, tag or None, digest or None)

    @property
    def official(self) -> str | None:
        """The name of an official image of Docker Hub, whatever mirror it comes from."""
        found = _LIBRARY.fullmatch(self.repository)
        return found[1] if found else None

    @property
    def is_uv(self) -> bool:
        """An image of uv's authors."""
        return self.repository in ("ghcr.io/astral-sh/uv", "docker.io/astral/uv", "astral/uv")

    @property
    def python(self) -> str | None:
        """`3.12`, or `3.12.4` where the tag says so, of an image whose tag names its Python."""
        if self.official == "python" and self.tag is not None:
            found = _PYTHON_TAG.fullmatch(self.tag)
            return found[1] if found else None
        if self.is_uv and self.tag is not None:
            found = _UV_TAG.fullmatch(self.tag)
            return found[2] if found else None
        return None

    @property
    def suite(self) -> str | None:
        """`bookworm`, `jammy`, `alpine3.20`, `alpine`: the distribution's release, where the tag says it."""
        tag = self.tag or ""
        if self.official in ("debian", "ubuntu"):
            number = re.split(r"[-.]" if self.official == "debian" else "-", tag)[0]
            named = next((each for each in SUITES if tag.startswith(each)), None)
            return named or DEBIAN_NUMBERS.get((self.official, number))
        if self.official == "alpine":
            return f"alpine{'.'.join(tag.split('.')[:2])}" if re.match(r"3\.\d+", tag) else "alpine"
        if self.official == "python" or self.is_uv:
            found = re.search(r"(?:^|-)(alpine(?:3\.\d+)?)(?:$|-)", tag)
            if found:
                return found[1]
            return next((each for each in SUITES if re.search(rf"(?:^|-){each}(?:$|-)", tag)), None)
        return None

    @property
    def family(self) -> str | None:
        """`debian`, `ubuntu`, `alpine`; None where the name does not tell."""
        if self.official in ("debian", "ubuntu", "alpine"):
            return self.official
        if self.official == "python":
            if "alpine" in (self.tag or ""):
                return "alpine"
            return None if "windows" in (self.tag or "") or "nanoserver" in (self.tag or "") else "debian"
        if self.is_uv and self.tag and _UV_TAG.fullmatch(self.tag):
            return "alpine" if "alpine" in self.tag else "debian"
        return None

    @property
    def python_image(self) -> bool:
        """CPython lies in /usr/local and is first on the path, as the official images have it."""
        return self.official == "python" or (self.is_uv and self.python is not None)
