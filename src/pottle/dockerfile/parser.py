"""Text → `Dockerfile`, as BuildKit's parser reads it (moby/buildkit, frontend/dockerfile/parser), with the place of every part.

Nothing raises: what BuildKit refuses is a `Problem`, and reading goes on behind it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pottle.dockerfile import arguments
from pottle.dockerfile.heredocs import Announced, announced
from pottle.dockerfile.mapped import Mapped
from pottle.dockerfile.model import Comment, Directive, Dockerfile, Element, Heredoc, Instruction, Problem
from pottle.text import Source, Span

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*")
_DIRECTIVES = ("syntax", "escape", "check")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CONTINUED = {mark: re.compile(rf"(?:^|(?<=[^{re.escape(mark)}])){re.escape(mark)}[ \t]*\Z") for mark in "\\`"}
_SEPARATOR = re.compile(r"[\t\v\f\r ]+")
LONGEST = 65_535
"""Bytes of a line: BuildKit's scanner takes no more (Go's bufio.MaxScanTokenSize)."""

MOST = 5_000
"""Instructions that are read. An image has no more than 127 layers."""


@dataclass(slots=True)
class _Line:
    """A line and its place; `text` without what ends it."""

    text: str
    start: int

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.text))

    @property
    def comment(self) -> Comment | None:
        bare = self.text.lstrip()
        if not bare.startswith("#"):
            return None
        start = self.start + len(self.text) - len(bare)
        return Comment(bare[1:], Span(start, start + len(bare)))


@dataclass(slots=True)
class _Reader:
    source: Source
    lines: list[_Line]
    at: int = 0
    escape: str = "\\"
    elements: list[Element] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def parse(source: Source) -> Dockerfile:
    """The Dockerfile in `source`."""
    reader = _Reader(source, list(_lines(source.text)))
    _directives(reader)
    count = 0
    while reader.at < len(reader.lines):
        line = reader.lines[reader.at]
        reader.at += 1
        if comment := line.comment:
            reader.elements.append(comment)
        elif line.text.strip() and count == MOST:
            reader.problems.append(Problem(f"there are more than {MOST:,} instructions", line.span))
            break
        elif line.text.strip():
            count += 1
            _instruction(reader, line)
    instructions = [each for each in reader.elements if isinstance(each, Instruction)]
    if not instructions:
        reader.problems.append(Problem("the file has no instructions", Span(0, 0)))
    return Dockerfile(source, tuple(reader.elements), reader.escape, tuple(reader.problems))


def _lines(text: str) -> Iterator[_Line]:
    """Only a line feed ends a line; a byte order mark belongs to none."""
    for found in _LINE.finditer(text, 1 if text.startswith("\ufeff") else 0):
        yield _Line(found[0].rstrip("\r\n"), found.start())


def _directives(reader: _Reader) -> None:
    """The first lines, as long as they are directives."""
    seen = set()
    while reader.at < len(reader.lines):
        line = reader.lines[reader.at]
        found = _DIRECTIVE.fullmatch(line.text.lstrip())
        name = found[1].lower() if found else ""
        comment = line.comment
        if found is None or comment is None or name not in _DIRECTIVES:
            return
        if name in seen:
            reader.problems.append(Problem(f"there are two `{name}` directives", line.span))
        seen.add(name)
        if name == "escape" and found[2] not in _CONTINUED:
            reader.problems.append(Problem(f"`{found[2]}` cannot be the escape character", line.span))
        elif name == "escape":
            reader.escape = found[2]
        reader.elements.append(Directive(name, found[2], comment.span))  # type: ignore[arg-type]
        reader.at += 1


def _instruction(reader: _Reader, first: _Line) -> None:
    continued = _CONTINUED[reader.escape]
    lead = len(first.text) - len(first.text.lstrip())
    line = _Line(first.text[lead:], first.start + lead)
    pieces: list[tuple[str, int]] = []
    comments: list[Comment] = []
    while True:
        if len(line.text) * 4 > LONGEST and len(line.text.encode("utf-8", "surrogateescape")) > LONGEST:
            reader.problems.append(
                Problem(f"the line is longer than {LONGEST:,} bytes", Span(line.start, line.start + 1))
            )
        going_on = continued.search(line.text)
        pieces.append((line.text[: going_on.start()] if going_on else line.text, line.start))
        if going_on is None:
            break
        following = _following(reader, comments)
        if following is None:
            break
        line = following
    joined = Mapped.join(pieces)
    end = len(joined.text.rstrip())
    if not end:
        return
    start = len(joined.text) - len(joined.text.lstrip())
    text = joined.part(start, end)
    built, problems = built_from(text, reader.escape, tuple(comments))
    reader.problems += problems
    documents = tuple(_documents(reader, built, text))
    if documents:
        span = Span(built.whole.start, documents[-1].terminator.end)
        built = _with_documents(built, documents, span)
    reader.elements.append(built)


def _following(reader: _Reader, comments: list[Comment]) -> _Line | None:
    """The next line of an instruction that goes on: comments and empty lines are no part of it."""
    while reader.at < len(reader.lines):
        line = reader.lines[reader.at]
        reader.at += 1
        if comment := line.comment:
            comments.append(comment)
        elif line.text.strip():
            return line
    return None


def _with_documents(built: Instruction, documents: tuple[Heredoc, ...], whole: Span) -> Instruction:
    from dataclasses import replace

    if built.inner is not None:
        return replace(built, whole=whole, inner=replace(built.inner, heredocs=documents, whole=whole))
    return replace(built, heredocs=documents, whole=whole)


def _documents(reader: _Reader, built: Instruction, text: Mapped) -> Iterator[Heredoc]:
    """The lines that follow for every `<<NAME`."""
    carrier = built.inner if built.name == "ONBUILD" and built.inner is not None else built
    if carrier.name not in ("RUN", "COPY", "ADD") or carrier.json or "<<" not in text.text:
        return
    for found in announced(text.text):
        body = reader.lines[reader.at].start if reader.at < len(reader.lines) else len(reader.source.text)
        terminator = _terminator(reader, found)
        if terminator is None:
            what = f"the here-document has no `{found.name}` at the beginning of a line"
            reader.problems.append(Problem(what, text.span(found.start, found.end)))
            terminator = Span(len(reader.source.text), len(reader.source.text))
        word, ended = text.span(found.start, found.end), terminator.start
        yield Heredoc(
            found.name, found.expands, found.strips_tabs, found.descriptor, word, Span(body, ended), terminator
        )


def _terminator(reader: _Reader, found: Announced) -> Span | None:
    while reader.at < len(reader.lines):
        line = reader.lines[reader.at]
        reader.at += 1
        text = line.text.lstrip("\t") if found.strips_tabs else line.text
        if text == found.name:
            return line.span
    return None


def built_from(text: Mapped, escape: str, comments: tuple[Comment, ...]) -> tuple[Instruction, list[Problem]]:
    """The instruction in `text`, whose lines are joined, and what is wrong with it."""
    separator = _SEPARATOR.search(text.text)
    keyword = text.part(0, separator.start() if separator else len(text.text))
    name = keyword.text.upper()
    flags, begins = arguments.flags(text, separator.end(), escape) if separator else ((), len(text.text))
    body = text.part(begins, len(text.text)) if begins < len(text.text) else Mapped("", (0,), (text.whole.end,))
    read = arguments.read(name, body, escape)
    problems = [Problem(read.problem, read.problem_at or body.whole)] if read.problem else []
    if name not in arguments.KNOWN:
        problems.append(Problem(f"there is no instruction `{keyword.text}`", keyword.whole))
    inner = None
    if read.inner is not None and read.inner.text:
        inner, inside = built_from(read.inner, escape, ())
        problems += [each for each in inside if name == "ONBUILD" or "no instruction" not in each.what]
    whole = text.whole
    built = Instruction(
        name, keyword.whole, whole, whole, flags, body, read.json, read.words, read.pairs, inner, (), comments
    )
    return built, problems


def printed(dockerfile: Dockerfile) -> str:
    """The file's text, put together from its elements and what stands between them: what was parsed."""
    text, at, found = dockerfile.source.text, 0, []
    for element in dockerfile.elements:
        whole = element.whole if isinstance(element, Instruction) else element.span
        found += [text[at : whole.start], text[whole.start : whole.end]]
        at = whole.end
    return "".join([*found, text[at:]])
