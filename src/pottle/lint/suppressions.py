"""Comments that silence findings: pottle's own, hadolint's and BuildKit's.

`# pottle: ignore[rule, rule] why` is about what follows it, or about the line that it ends; `# pottle: ignore-file[rule] why` about all
of the file. `# hadolint ignore=DL3042`, `# hadolint global ignore=…` and `# check=skip=…` count for the rules that say the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pottle.dockerfile.model import Dockerfile, Instruction
from pottle.lint.rule import AnyRule, Edit
from pottle.text import Source, Span

_OWN = re.compile(r"\bpottle:\s*(ignore(?:-file)?)\b(?:\s*\[([^\]]*)\])?")
_ALONE = re.compile(r"[ \t]*#\s*pottle:\s*ignore\s*\[([^\]\n]*)\]")
_HADOLINT = re.compile(r"\s*hadolint\s+(?:(global)\s+)?ignore\s*=\s*([A-Za-z0-9, ]+)")
_NAME = re.compile(r"[^\s,]+")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_OTHERS_CODE = re.compile(r"(?:DL|SC)\d{4}")


@dataclass(slots=True)
class Suppression:
    """One rule that one comment silences."""

    name: str
    """As it is written: a rule's name, or the code of another linter's."""
    span: Span
    """Of the name."""
    scope: Span | None
    """What it is about; None: the file."""
    own: bool = True
    """Written for pottle: it is told where it silences nothing."""
    used: bool = False

    def silences(self, name: str, rule: AnyRule, at: Span) -> bool:
        """Whether a finding of a rule at a place is silenced."""
        if self.name != name and self.name not in rule.overlaps and not (self.name == "all" and rule.overlaps):
            return False
        return self.scope is None or self.scope.start <= at.start < max(self.scope.end, self.scope.start + 1)


@dataclass(slots=True)
class Suppressions:
    """Those of one file; also what the rule `unused-suppression` is given, when all others are done."""

    source: Source
    found: list[Suppression] = field(default_factory=list)
    nameless: list[Span] = field(default_factory=list)
    """Comments that name no rule."""
    checked: frozenset[str] = frozenset()
    """The rules that were asked in this run."""

    def silence(self, name: str, rule: AnyRule, at: Span) -> bool:
        """Whether a finding is silenced; whatever silences it has been of use."""
        silencing = [each for each in self.found if each.silences(name, rule, at)]
        for each in silencing:
            each.used = True
        return bool(silencing)


def of_dockerfile(dockerfile: Dockerfile) -> Suppressions:
    """Comments before an instruction, and between its lines, are about the instruction."""
    found = Suppressions(dockerfile.source)
    pending: list[Suppression] = []
    for element in dockerfile.elements:
        if isinstance(element, Instruction):
            for each in pending:
                each.scope = element.whole
            found.found += pending
            pending = []
            for comment in element.comments:
                found.found += _read(found, comment.text, comment.span.start + 1, element.whole)
        else:
            text = dockerfile.source.at(element.span)[1:]
            for each in _read(found, text, element.span.start + 1, element.span):
                (pending if each.scope is not None else found.found).append(each)
    found.found += pending
    found.found += _checks(dockerfile)
    return found


def silencing(source: Source, name: str, at: Span, dockerfile: Dockerfile | None = None) -> Edit | None:
    """The comment that silences the rule called `name` at a place, before the instruction or the line; None where there is none to put it."""
    place = at.start
    if dockerfile is not None:
        instructions = (each for each in dockerfile.elements if isinstance(each, Instruction))
        around = next((each for each in instructions if each.whole.start <= at.start <= each.whole.end), None)
        if around is None:
            return None
        place = around.span.start
    number = source.position(place).line
    before = source.line_span(number - 1) if number > 1 else None
    own = _ALONE.match(source.text, before.start, before.end) if before is not None else None
    if own is not None and own[1].strip():
        return Edit(Span(own.end(1), own.end(1)), f", {name}")
    start = source.line_span(number).start
    line = source.line(number)
    indent = line[: len(line) - len(line.lstrip())] if dockerfile is None else ""
    end = "\r\n" if "\r\n" in source.text else "\n"
    return Edit(Span(start, start), f"{indent}# pottle: ignore[{name}]{end}")


def of_lines(source: Source) -> Suppressions:
    """Of YAML and of `.dockerignore`: a comment is about its own line, one that stands alone about the next that says something."""
    found = Suppressions(source)
    for comment in _COMMENT.finditer(source.text):
        scope = _scope(source, comment.start())
        found.found += _read(found, comment[0][1:], comment.start() + 1, scope)
    return found


def _scope(source: Source, at: int) -> Span:
    number = source.position(at).line
    last = source.position(len(source.text)).line
    alone = source.line(number).lstrip().startswith("#")
    while alone and number < last and (not source.line(number).strip() or source.line(number).lstrip().startswith("#")):
        number += 1
    return source.line_span(number)


def _read(found: Suppressions, text: str, at: int, scope: Span) -> Iterator[Suppression]:
    """What one comment says; `at` is where `text` begins."""
    for own in _OWN.finditer(text):
        names = list(_names(own[2] or "", at + (own.start(2) if own[2] is not None else own.end())))
        if not names:
            found.nameless.append(Span(at + own.start(), at + own.end()))
        for name, span in names:
            yield Suppression(name, span, scope if own[1] == "ignore" else None)
    if (others := _HADOLINT.match(text)) is not None:
        for name, span in _names(others[2], at + others.start(2)):
            if _OTHERS_CODE.fullmatch(name):
                yield Suppression(name, span, None if others[1] else scope, own=False)


def _names(text: str, at: int) -> Iterator[tuple[str, Span]]:
    return ((each[0], Span(at + each.start(), at + each.end())) for each in _NAME.finditer(text))


def _checks(dockerfile: Dockerfile) -> Sequence[Suppression]:
    """`# check=skip=A,B;error=true`: of the whole file."""
    directive = next((each for each in dockerfile.directives if each.name == "check"), None)
    parts = directive.value.split(";") if directive is not None else []
    skipped = [part.partition("=")[2] for part in parts if part.strip().startswith("skip=")]
    names = [name.strip() for text in skipped for name in text.split(",") if name.strip()]
    return [Suppression(name, directive.span, None, own=False) for name in names] if directive else []
