"""`pottle.lock` as text: the same answers give the same bytes, one line for each file, sorted, so that a change reads well.

Read by `pottle.project.detectors.pottle_lock`; docs/reference/pottle-lock.md is the contract.
"""

import json
from collections.abc import Iterable, Iterator

from pottle.base_image import BaseImage
from pottle.plan import base_pins
from pottle.project.facts import Pin, PinnedEnvironment, PinnedSource, Pins
from pottle.project.pinned import (
    PinnedBuild,
    PinnedCompiler,
    PinnedDeb,
    PinnedInterpreter,
    PinnedLibrary,
    PinnedRequirement,
    PinnedSystem,
)

_HEAD = """\
# What `pottle lock` has found for all that an image is made of and no other lock decides. Commit it; `pottle lock` writes it anew.
version = 1
"""

Value = str | int | tuple[str, ...] | None


def written(pins: Pins, images: Iterable[BaseImage] = ()) -> str:
    """The file."""
    below = sorted(images, key=lambda each: (each.name, each.platform))
    environments = sorted(pins.environments, key=lambda each: (each.platform, each.python))
    systems = sorted(pins.systems, key=lambda each: each.platform)
    compilers = sorted(pins.compilers, key=lambda each: (each.base, each.python, each.architecture))
    builds = sorted(pins.builds, key=lambda each: each.of)
    tables = (map(_environment, environments), map(_system, systems), map(_compiler, compilers), map(_build, builds))
    return "\n".join([_HEAD, *map(base_pins.written, below), *(table for some in tables for table in some)])


def _environment(each: PinnedEnvironment) -> str:
    lines = ["[[environment]]", f"platform = {_quoted(each.platform)}", f"python = {_quoted(each.python)}"]
    lines += _list("wanted", map(_quoted, each.wanted))
    lines += _list("wheels", (_table(_of_pin(pin)) for pin in sorted(each.wheels, key=lambda pin: pin.name)))
    if each.sources:
        lines += _list("sources", (_table(_of_source(one)) for one in sorted(each.sources, key=lambda one: one.name)))
    return "\n".join([*lines, ""])


def _system(each: PinnedSystem) -> str:
    lines = ["[[system]]", *_keys(("platform", each.platform), ("base", each.base), ("python", each.python))]
    lines += [*_list("wanted", map(_quoted, each.wanted)), *_keys(("wheels", each.wheels))]
    if each.libraries:
        libraries = sorted(each.libraries, key=lambda one: one.package)
        lines += _list("libraries", (_table(_of_library(one)) for one in libraries))
    return "\n".join([*lines, *_answer(each), ""])


def _compiler(each: PinnedCompiler) -> str:
    keys = (("architecture", each.architecture), ("base", each.base), ("python", each.python))
    return "\n".join(["[[compiler]]", *_keys(*keys), *_answer(each), ""])


def _answer(each: PinnedSystem | PinnedCompiler) -> Iterator[str]:
    """The newest Release first, which most packages are of."""
    released = max((deb.released for deb in each.debs if deb.released), default=None)
    yield from _keys(("released", released))
    if each.interpreter is not None:
        yield f"interpreter = {_table(_of_interpreter(each.interpreter))}"
    if each.debs:
        debs = sorted(each.debs, key=lambda deb: deb.name)
        yield from _list("debs", (_table(_of_deb(deb, released)) for deb in debs))


def _build(each: PinnedBuild) -> str:
    lines = ["[[build]]", *_keys(("of", each.of)), *_list("wanted", map(_quoted, each.wanted))]
    requires = sorted(each.requires, key=lambda one: one.name)
    return "\n".join([*lines, *_list("requires", (_table(_of_requirement(one)) for one in requires)), ""])


def _keys(*pairs: tuple[str, str | None]) -> Iterator[str]:
    yield from (f"{key} = {_quoted(value)}" for key, value in pairs if value is not None)


def _list(name: str, items: Iterable[str]) -> Iterator[str]:
    yield f"{name} = ["
    yield from (f"    {item}," for item in items)
    yield "]"


def _table(values: Iterable[tuple[str, Value]]) -> str:
    return f"{{ {', '.join(f'{key} = {_value(value)}' for key, value in values if value is not None)} }}"


def _value(value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_quoted, value))}]"
    return _quoted(value) if isinstance(value, str) else str(value)


def _of_pin(pin: Pin) -> Iterator[tuple[str, Value]]:
    wheel = pin.wheel
    told = wheel.url is not None and wheel.url.partition("#")[0].endswith(f"/{wheel.filename}")
    yield from (("name", pin.name), ("version", pin.version))
    yield from (("filename", None if told else wheel.filename), ("url", wheel.url))
    yield from (("sha256", wheel.sha256), ("size", wheel.size), ("index", pin.index))


def _of_source(one: PinnedSource) -> Iterator[tuple[str, Value]]:
    yield from (("name", one.name), ("version", one.version), ("url", one.url), ("commit", one.commit))
    yield from (("subdirectory", one.subdirectory), ("sha256", one.sha256), ("index", one.index))


def _of_deb(deb: PinnedDeb, released: str | None) -> Iterator[tuple[str, Value]]:
    yield from (("name", deb.name), ("version", deb.version), ("architecture", deb.architecture), ("layer", deb.layer))
    yield from (("suite", deb.suite), ("filename", deb.filename), ("sha256", deb.sha256), ("size", deb.size))
    yield "released", deb.released if deb.released != released else None


def _of_library(one: PinnedLibrary) -> Iterator[tuple[str, Value]]:
    yield from (("package", one.package), ("of", one.of), ("because", one.because))


def _of_interpreter(found: PinnedInterpreter) -> Iterator[tuple[str, Value]]:
    yield from (("version", found.version), ("build", found.build), ("machine", found.machine))
    yield from (("url", found.url), ("sha256", found.sha256), ("size", found.size))


def _of_requirement(one: PinnedRequirement) -> Iterator[tuple[str, Value]]:
    yield from (("name", one.name), ("version", one.version), ("marker", one.marker), ("sha256", one.sha256))


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, which wants DEL escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
