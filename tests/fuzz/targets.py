"""What must hold for any bytes at all, reader by reader."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tests.lint.cases import target

from pottle.dockerfile.model import Instruction
from pottle.dockerfile.parser import MOST, parse, printed
from pottle.lint import ignore_file, yaml_file
from pottle.lint.fixing import fix
from pottle.lint.repository import InMemory
from pottle.lint.settings import Settings
from pottle.shell import parser as shell
from pottle.shell.commands import runs
from pottle.shell.words import InvalidShell
from pottle.text import Source, Span


def dockerfile(data: bytes) -> None:
    """Printing gives back what was read; every part lies where it says, in its order, and nothing is read twice."""
    source = Source.decode("Dockerfile", data)
    found = parse(source)
    assert printed(found) == source.text
    assert source.encode() == data
    end = 0
    for instruction in found.instructions:
        assert end <= instruction.span.start <= instruction.span.end <= len(source.text)
        end = max(instruction.whole.end, *(comment.span.end for comment in instruction.comments), end)
        for span in _parts(instruction):
            assert instruction.span.start <= span.start <= span.end <= instruction.span.end, (instruction.name, span)
    assert len(found.instructions) <= MOST


def script(data: bytes) -> None:
    """A script is read, or is said to be none; whatever it holds lies inside it."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        found = shell.parse(text)
    except InvalidShell:
        return
    for run in runs(found):
        for word in run.simple.words:
            assert 0 <= word.span.start <= word.span.end <= len(text)
            assert text[word.span.start : word.span.end] == word.text


def compose(data: bytes) -> None:
    """YAML is read, or is said to be none; its values lie where they say."""
    source = Source.decode("compose.yaml", data)
    try:
        root = yaml_file.read(source.text)
    except yaml_file.InvalidYaml:
        return
    for node in _nodes(root):
        assert 0 <= node.span.start <= node.span.end <= len(source.text)


def ignore(data: bytes) -> None:
    """Every line of a `.dockerignore` lies where it says."""
    source = Source.decode(".dockerignore", data)
    found = ignore_file.IgnoreFile(source, ".dockerignore", InMemory({".dockerignore": data}))
    for line in found.lines:
        assert 0 <= line.span.start <= line.span.end <= len(source.text)


def rules(data: bytes) -> None:
    """Every rule goes through; what it points at is there; the fixes come to an end and break nothing."""
    for path in ("Dockerfile", "compose.yaml", ".dockerignore"):
        text = Source.decode(path, data).text
        before = target(text, path, AROUND).check(Settings())
        for found in before.diagnostics:
            assert 0 <= found.span.start <= found.span.end <= len(text)
            for edit in found.fix.edits if found.fix else ():
                assert edit.path or 0 <= edit.span.start <= edit.span.end <= len(text)
        after = fix(target(text, path, AROUND), Settings(), unsafe=True)
        assert before.broken or not after.checked.broken


AROUND: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\n'
        'dependencies = ["gunicorn"]\n[dependency-groups]\ndev = ["pytest"]\n',
        "src/shop/__init__.py": "",
        "main.py": "",
        "requirements.txt": "gunicorn==23.0.0\n",
    }
)
"""A project for the rules that read one."""

TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = MappingProxyType(
    {each.__name__: each for each in (dockerfile, script, compose, ignore, rules)}
)


def _parts(instruction: Instruction) -> Iterator[Span]:
    yield from (word.span for word in instruction.words)
    yield from (flag.span for flag in instruction.flags)
    yield from (pair.span for pair in instruction.pairs)
    yield from (document.word for document in instruction.heredocs)
    if instruction.inner is not None:
        yield from _parts(instruction.inner)


def _nodes(root: yaml_file.Node | None) -> Iterator[yaml_file.Node]:
    left = [root] if root is not None else []
    while left:
        node = left.pop()
        yield node
        if isinstance(node, yaml_file.Sequence):
            left += node.items
        elif isinstance(node, yaml_file.Mapping):
            left += [each for pair in node.pairs for each in pair]
