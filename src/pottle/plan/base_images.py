"""Base images: bases that somebody else has made and a registry has, in place of a suite that is put together here.

What is known of one is a fact by its digest (`pottle.base_image`), found by `pottle lock` or a build. Before that there is its name:
Docker's official Python images say in theirs which Python they have.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pottle.base_image import BaseImage, Interpreter
from pottle.config.options import Options
from pottle.errors import ConfigError, ProjectError
from pottle.oci.platform import Platform
from pottle.oci.reference import InvalidReference, Reference
from pottle.plan.bases import BASES, STANDALONE, Base, named
from pottle.plan.model import Reason
from pottle.plan.places import ENVIRONMENT
from pottle.project.facts import Fact, PinnedBaseImage
from pottle.text import Location

PATH = "pottle.lock"
OLDEST_GLIBC = (2, 17)
"""Of a CPython of python-build-standalone ("Runtime Requirements"), and of the wheels that there are today (manylinux2014)."""

_OFFICIAL = re.compile(r"(3\.\d+)(?:\.(\d+))?(?:-slim)?(?:-(?:(alpine)[\d.]*|([a-z]+)))?")
_ALPINE_MUSL = (1, 2)


def reference(options: Options) -> Reference | None:
    """The base image that the configuration asks for; None: it asks for none. A bare word is the name of a suite, or a mistake."""
    text = options.base
    if text is None or text == "auto" or named(text) or not set(text) & set(":/@"):
        return None
    try:
        return Reference.parse(text).tagged
    except InvalidReference as error:
        hint = 'name a suite ("trixie"), or an image as `docker pull` would ("python:3.13-slim")'
        raise ConfigError(f"the base is no image's name: {error}", at=options.origins.get("base"), hint=hint) from error


def known(name: Reference, platform: Platform, found: Sequence[PinnedBaseImage]) -> PinnedBaseImage | None:
    """What is known of the image. Raises `ProjectError` where `pottle.lock` is about another one."""
    for each in found:
        if (each.image.name, each.image.platform) == (str(name), str(platform)):
            return each
    if kept := [each for each in found if each.written]:
        others = ", ".join(f"{each.image.name} for {each.image.platform}" for each in kept)
        what = f"{PATH} has nothing of the base image {name.familiar} for {platform}: it has {others}"
        raise ProjectError(what, at=kept[0].at, hint=f"run `pottle lock --platform {platform}`")
    return None


def not_locked(name: Reference, platform: Platform, asked: Location | None) -> ProjectError:
    """What is to be said where everything has to come from locks, and none has the image."""
    what = f"everything has to come from locks, and {PATH} has nothing of the base image {name.familiar} for {platform}"
    return ProjectError(what, at=asked, hint="run `pottle lock`, and commit the file")


def bases(name: Reference, found: PinnedBaseImage | None, at: Location) -> tuple[Base, ...]:
    """What can be stood on: the image with each of its Pythons; without any, with those of python-build-standalone.

    Of an image that nobody has looked into, by its name. Raises `ConfigError` where that says nothing.
    """
    if found is None:
        return (_by_name(name, at),)
    image = found.image
    version = _version(image.libc_version)
    own = Base(
        distribution=image.distribution,
        suite=image.release,
        python="",
        python_full="",
        glibc=version if image.libc == "glibc" else None,
        standing="base image",
        musl=version if image.libc == "musl" else None,
        reference=name,
        image=image,
    )
    _check_libc(own, at)
    if ENVIRONMENT in image.has:
        what = f"the base image {name.familiar} has an environment of its own at {ENVIRONMENT}, where the project's has to lie"
        raise ConfigError(what, at=at, hint="name the image that it was made from, or one without")
    return tuple(_with(own, python) for python in image.pythons) or tuple(_standalone(own, at))


def _with(base: Base, python: Interpreter) -> Base:
    return replace(base, python=python.version.rpartition(".")[0], python_full=python.version, own=python)


def _standalone(base: Base, at: Location) -> Iterator[Base]:
    if base.glibc is None:
        what = f"the base image {base.title} has no Python, and there is none that could be put on musl"
        raise ConfigError(what, at=at, hint="name an image with a Python, or one with glibc: debian:trixie-slim")
    image = base.image
    for version in STANDALONE:
        minor = version.rpartition(".")[0]
        needs_crypt = int(minor.rpartition(".")[2]) < 13
        if image is not None and (not needs_crypt or "libcrypt.so.1" in image.has):
            yield replace(base, python=minor, python_full=version, standalone=minor)


def _check_libc(base: Base, at: Location) -> None:
    image = base.image
    oldest = OLDEST_GLIBC if base.glibc is not None else _ALPINE_MUSL
    if image is not None and (base.glibc or base.musl or (0, 0)) < oldest:
        what = f"the base image {base.title} has {image.libc} {image.libc_version}"
        hint = f"there are wheels for {image.libc} {'.'.join(map(str, oldest))} and later: choose a newer image"
        raise ConfigError(what, at=at, hint=hint)


def _version(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def _by_name(name: Reference, at: Location) -> Base:
    """What an official Python image has, as far as its tag says it: the newest patch version that is known here, glibc of Debian."""
    match = _OFFICIAL.fullmatch(name.tag or "") if name.name == "docker.io/library/python" else None
    if match is None:
        what = f"nothing is known of the base image {name.familiar} yet"
        hint = "`pottle lock` looks into it and keeps what it finds, `pottle plan --resolve` looks and keeps nothing"
        raise ConfigError(what, at=at, hint=hint)
    minor, patch, alpine, suite = match.groups()
    newest = next((version for version in STANDALONE if version.rpartition(".")[0] == minor), f"{minor}.0")
    full = f"{minor}.{patch}" if patch else newest
    like = next((base for base in BASES if base.suite == suite), BASES[0])
    return Base(
        distribution="alpine" if alpine else like.distribution,
        suite="" if alpine else like.suite,
        python=minor,
        python_full=full,
        glibc=None if alpine else like.glibc,
        standing="base image",
        musl=_ALPINE_MUSL if alpine else None,
        reference=name,
        own=Interpreter(path=f"/usr/local/bin/python{minor}", version=full),
    )


# --- what a plan tells of it ----------------------------------------------------------------------


def reasons(base: Base, asked: Fact[str], found: PinnedBaseImage | None) -> Iterator[Reason]:
    """The image, its digest, its C library, its interpreter, and what of its config is not taken over."""
    yield Reason(decision="base", value=base.title, because="it is asked for", at=str(asked.at))
    image = base.image
    if found is None or image is None:
        return
    because = f"{PATH} has it" if found.written else "that is what the name stood for when it was looked up"
    at = str(found.at) if found.written else None
    yield Reason(decision="base_digest", value=image.index or image.digest, because=because, at=at)
    value = f"{image.libc} {image.libc_version}"
    yield Reason(decision="libc", value=value, because="the base image has it, and wheels have to fit it")
    if base.standalone:
        value = f"python-build-standalone {base.standalone}"
        yield Reason(decision="interpreter", value=value, because="the base image has no Python")
    else:
        because = f"it is the base image's CPython {base.python_full}"
        yield Reason(decision="interpreter", value=base.interpreter, because=because)
    if image.entrypoint:
        because = "the base image's own does not wrap the command"
        value = f"not {shlex.join(image.entrypoint)}"
        yield Reason(decision="base_entrypoint", value=value, because=because)


def warnings(base: Base) -> Iterator[str]:
    """What the plan cannot know yet, and what the image lacks that nothing here brings."""
    if base.reference is not None and base.image is None:
        yield (
            f"nothing is known of {base.title} but its name: `pottle lock` looks into it and keeps what it finds, "
            "`pottle plan --resolve` looks and keeps nothing"
        )
    if base.image is not None and base.image.ca_bundle is None:
        yield (
            f"{base.title} has no CA certificates: TLS works only with those that a distribution brings itself, as certifi "
            "does; install ca-certificates in a base image of your own"
        )


def of_plan(name: str, image: BaseImage | None) -> Base:
    """The base that a plan names: a suite, or an image that somebody has looked into. Which CPython the plan has is its own business."""
    if image is None:
        return next(base for base in BASES if base.name == name)
    return bases(Reference.parse(image.name), PinnedBaseImage(image, Location(name)), Location(name))[0]
