"""YAML with the place of every value. Aliases point at what they name and are never expanded, so that no file can grow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from pottle.text import Span

if TYPE_CHECKING:
    import yaml

LARGEST = 1 << 20
"""Characters."""
_NO_TEXT = re.compile(r"[\ud800-\udfff]")
_DEEPEST = 100
_MOST = 200_000
_MERGES = 8


class InvalidYaml(ValueError):
    """The text is no YAML that is read here; `at` is where reading stopped."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


@dataclass(slots=True)
class Scalar:
    """A text; what type it would have is its reader's business."""

    value: str
    span: Span
    plain: bool


@dataclass(slots=True)
class Sequence:
    """`- a`, `[a]`."""

    span: Span
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """`key: value`."""

    span: Span
    pairs: list[tuple[Scalar, "Node"]] = field(default_factory=list)

    def get(self, *keys: str) -> "Node | None":
        """The value under `keys`, one inside the other; what is merged by `<<` counts after the mapping's own."""
        node: Node | None = self
        for key in keys:
            node = node.pair(key) if isinstance(node, Mapping) else None
        return node

    def pair(self, key: str, merges: int = _MERGES) -> "Node | None":
        """The value under one key."""
        own = next((value for name, value in self.pairs if name.value == key), None)
        if own is not None or not merges:
            return own
        for name, value in self.pairs:
            if name.value == "<<":
                for each in value.items if isinstance(value, Sequence) else [value]:
                    if isinstance(each, Mapping) and (found := each.pair(key, merges - 1)) is not None:
                        return found
        return None

    def key(self, name: str) -> Scalar | None:
        """The key itself, where it is the mapping's own."""
        return next((key for key, _ in self.pairs if key.value == name), None)


Node: TypeAlias = Scalar | Sequence | Mapping


def read(text: str) -> Node | None:
    """The first document in `text`; None where there is none. Raises `InvalidYaml`."""
    import yaml

    if len(text) > LARGEST:
        raise InvalidYaml(f"it is larger than {LARGEST >> 20} MiB", 0)
    if lone := _NO_TEXT.search(text):
        raise InvalidYaml("it is not UTF-8", lone.start())
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = f" {text[1:]}" if text.startswith("\ufeff") else text  # libyaml does not count it
    try:
        return _built(yaml.parse(text, Loader=loader), text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidYaml(error.problem or "it is malformed", mark.index if mark else 0) from None
    except yaml.YAMLError as error:
        raise InvalidYaml(str(error).partition("\n")[0], getattr(error, "position", 0)) from None


def read_mapping(text: str) -> Mapping | None:
    """The same of a file whose top has to be a mapping."""
    found = read(text)
    if found is None or isinstance(found, Mapping):
        return found
    raise InvalidYaml("its top is no mapping", found.span.start)


def _built(events: "Iterator[yaml.Event]", text: str) -> Node | None:
    import yaml

    root: list[Node] = []
    stack: list[tuple[Sequence | Mapping, list[Node]]] = []
    anchors: dict[str, Node] = {}
    for number, event in enumerate(events):
        if number > _MOST:
            raise InvalidYaml("it has too many values", 0)
        assert event.start_mark is not None
        assert event.end_mark is not None
        span = Span(event.start_mark.index, event.end_mark.index)
        node: Node
        match event:
            case yaml.ScalarEvent():
                node = Scalar(event.value, span, not event.style)
            case yaml.SequenceStartEvent():
                node = Sequence(span)
            case yaml.MappingStartEvent():
                node = Mapping(span)
            case yaml.AliasEvent():
                if event.anchor not in anchors:
                    raise InvalidYaml(f"nothing is anchored as `{event.anchor}`", span.start)
                node = anchors[event.anchor]
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                ended, _ = stack.pop()
                ended.span = Span(ended.span.start, _trimmed(text, ended.span.start, span.end))
                continue
            case yaml.DocumentEndEvent():
                break
            case _:
                continue
        if (anchor := getattr(event, "anchor", None)) and not isinstance(event, yaml.AliasEvent):
            anchors[anchor] = node
        _put(node, stack, root, span)
        if isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            assert isinstance(node, Sequence | Mapping)
            stack.append((node, []))
            if len(stack) > _DEEPEST:
                raise InvalidYaml("it is nested too deeply", span.start)
    return root[0] if root else None


def _put(node: Node, stack: list[tuple[Sequence | Mapping, list[Node]]], root: list[Node], span: Span) -> None:
    if not stack:
        root.append(node)
        return
    around, keys = stack[-1]
    if isinstance(around, Sequence):
        around.items.append(node)
    elif keys:
        key = keys.pop()
        around.pairs.append((key if isinstance(key, Scalar) else Scalar("", key.span, plain=True), node))
    else:
        keys.append(Scalar(node.value, span, node.plain) if isinstance(node, Scalar) else node)


def _trimmed(text: str, start: int, end: int) -> int:
    """A block ends where the next one begins; what stands between them is no part of it."""
    return start + len(text[start:end].rstrip())
