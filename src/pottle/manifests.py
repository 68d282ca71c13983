"""Manifests of Kubernetes, or any other YAML: which of their strings name a project (`pottle://DIRECTORY`), and the same text with
images in the place of those.

A manifest is text before it is anything else: it is scanned for strings and where they stand (YAML 1.1, as PyYAML scans it), and
nothing but those spans is changed. Nothing is built of it, so aliases are not expanded and nesting costs no memory to speak of.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pottle.errors import HostError, ProjectError, UsageError
from pottle.text import Location

if TYPE_CHECKING:
    import yaml

SCHEME: Final = "pottle://"
STDIN: Final = "-"
SUFFIXES: Final = (".yaml", ".yml", ".json")
MAX_SIZE: Final = 32 << 20
"""Bytes of one file: what an API server takes is less than 2 MiB for an object."""
DEEPEST: Final = 200
"""Levels of brackets: the scanner's time grows with their square."""

_HOW = "write `pottle://./DIRECTORY`, relative to the file that it stands in"


@dataclass(frozen=True, slots=True)
class Mention:
    """A string that names a project."""

    reference: str
    """`pottle://./services/api`"""
    at: Location
    start: int
    end: int
    """The part of the text that is replaced, in characters."""

    @property
    def directory(self) -> str:
        """Of the project, relative to where the manifest lies."""
        return self.reference.removeprefix(SCHEME)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One file as it is."""

    path: str
    text: str
    mentions: tuple[Mention, ...] = ()
    problems: tuple[ProjectError, ...] = field(default=(), compare=False)
    """References that cannot be understood."""

    def project_of(self, mention: Mention) -> Path:
        """Where the project is that is meant."""
        base = Path() if self.path == STDIN else Path(self.path).parent
        return base / mention.directory

    def resolved(self, images: Mapping[Mention, str]) -> str:
        """The text with an image in the place of every mention; all else is as it was."""
        parts, done = [], 0
        for mention in self.mentions:
            parts += [self.text[done : mention.start], images[mention]]
            done = mention.end
        return "".join([*parts, self.text[done:]])


def read(path: str, content: bytes) -> Manifest:
    """The manifest in `content`. Raises `ProjectError` for what is no YAML, unless it does not mention any project anyhow."""
    if len(content) > MAX_SIZE:
        raise ProjectError(f"{path} has {len(content)} bytes, and no manifest does", hint="name the manifests alone")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ProjectError(f"{path} is not UTF-8", at=Location(path), hint="save it as UTF-8") from error
    if SCHEME not in text:
        return Manifest(path, text)
    # JSON may be indented by tabs, which YAML forbids; inside of its strings there are none.
    scanned = text.replace("\t", " ") if path.endswith(".json") else text
    strings = ((token, token.value.strip()) for token in _strings(path, scanned))
    found = [_mention(path, text, token, value) for token, value in strings if value.startswith(SCHEME)]
    return Manifest(
        path,
        text,
        tuple(each for each in found if isinstance(each, Mention)),
        tuple(each for each in found if not isinstance(each, Mention)),
    )


def joined(texts: Sequence[str]) -> str:
    """Several files as one stream of documents."""
    whole = ""
    for text in filter(None, texts):
        if whole:
            whole += "" if whole.endswith("\n") else "\n"
            whole += (
                "...\n" if text.startswith("%") else "" if text.startswith(("---\n", "---\r\n", "--- ")) else "---\n"
            )
        whole += text
    return whole


def files(paths: Sequence[str]) -> tuple[str, ...]:
    """The files that are meant, each once: of directories all manifests in them, by name, whatever hides by a dot left out."""
    found = [file for path in paths for file in ([path] if path == STDIN else _below(Path(path)))]
    return tuple(dict.fromkeys(found))


def _below(path: Path) -> Iterator[str]:
    if not path.is_dir():
        if not path.exists():
            raise UsageError(f"there is no file {path}", hint="name manifests, directories of them, or - for stdin")
        yield str(path)
        return
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise HostError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    for each in inside:
        if each.name.startswith("."):
            continue
        if each.is_dir() and not each.is_symlink():
            yield from _below(each)
        elif each.suffix in SUFFIXES and each.is_file():
            yield str(each)


# --- strings --------------------------------------------------------------------------------------


def _strings(path: str, text: str) -> "list[yaml.ScalarToken]":
    """Every scalar of the stream, and where it stands. Raises `ProjectError` where this is no YAML."""
    import yaml

    try:
        tokens = _bounded(yaml.scan(text, Loader=yaml.SafeLoader))
        scalars = [token for token in tokens if isinstance(token, yaml.ScalarToken)]
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass  # tokens alone do not make a document
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        what = error.problem or error.context or "it cannot be read"
        raise ProjectError(f"this is not YAML: {what}", at=Location(path, line), hint="correct that line") from error
    except (yaml.YAMLError, ValueError) as error:
        why = str(error).partition("\n")[0]
        raise ProjectError(f"this is not YAML: {why}", at=Location(path), hint="correct the file") from error
    return scalars


def _bounded(tokens: "Iterable[yaml.Token]") -> "Iterator[yaml.Token]":
    import yaml

    depth = 0
    for token in tokens:
        depth += isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken)
        depth -= isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken)
        if depth > DEEPEST:
            raise yaml.YAMLError(f"it is nested deeper than {DEEPEST} levels")
        yield token


def _mention(path: str, text: str, token: "yaml.ScalarToken", value: str) -> Mention | ProjectError:
    at = Location(path, token.start_mark.line + 1)
    directory = value.removeprefix(SCHEME)
    if not directory or any(character.isspace() or not character.isprintable() for character in directory):
        return ProjectError(f"{value!r} names no directory", at=at, hint=_HOW)
    if os.path.isabs(directory):
        return ProjectError(f"{value} is an absolute path, which is nowhere else", at=at, hint=_HOW)
    start, end = token.start_mark.index, token.end_mark.index
    raw = text[start:end]
    if raw.count(value) != 1:
        return ProjectError(f"{value} is written with escapes or over several lines", at=at, hint=_HOW)
    start += raw.index(value)
    line = text.count("\n", 0, start) + 1 if "\n" in raw else at.line
    return Mention(value, Location(path, line), start, start + len(value))
