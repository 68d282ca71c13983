"""Edits that rules make: they keep comments, continuations and the way words are quoted."""

import json
import re
import shlex

from pottle.dockerfile.stages import Step
from pottle.lint.commands import Word
from pottle.lint.rule import Edit
from pottle.text import Source, Span

_GOES_ON = re.compile(r"[ \t]*[\\`][ \t]*\r?\n")
_WENT_ON = re.compile(r"[ \t]*[\\`][ \t]*\r?\n\Z")


def behind(word: Word, *texts: str) -> Edit:
    """Further words behind `word`."""
    if word.exec:
        return Edit(Span(word.span.end, word.span.end), "".join(f", {json.dumps(text)}" for text in texts))
    return Edit(Span(word.span.end, word.span.end), "".join(f" {shlex.quote(text)}" for text in texts))


def instead(word: Word, *texts: str) -> Edit:
    """Other words in its place."""
    if word.exec:
        return Edit(word.span, ", ".join(json.dumps(text) for text in texts))
    return Edit(word.span, " ".join(shlex.quote(text) for text in texts))


def without(source: Source, span: Span, *, exec_form: bool = False) -> Edit:
    """The word or words of `span` gone, with the blanks before them, or with their comma."""
    text = source.text
    if exec_form:
        before = re.search(r"\s*,\s*$", text[: span.start])
        if before:
            return Edit(Span(before.start(), span.end), "")
        after = re.match(r"\s*,\s*", text[span.end :])
        return Edit(Span(span.start, span.end + (after.end() if after else 0)), "")
    start = span.start
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    if start > 0 and text[start - 1] != "\n":
        return Edit(Span(start, span.end), "")
    if going_on := _GOES_ON.match(text, span.end):
        return Edit(Span(start, going_on.end()), "")
    if gone_on := _WENT_ON.search(text[:start]):
        return Edit(Span(gone_on.start(), span.end), "")
    return Edit(span, "")


def line_before(source: Source, step: Step, *lines: str) -> Edit:
    """Instructions of their own before another one, and before the comments that belong to it."""
    at = step.instruction.span.start
    number = source.position(at).line
    while number > 1 and re.match(r"\s*#(?!\s*(?:syntax|escape|check)\s*=)", source.line(number - 1)):
        number -= 1
    start = source.line_span(number).start
    end = "\r\n" if "\r\n" in source.text else "\n"
    return Edit(Span(start, start), "".join(f"{line}{end}" for line in lines))


def lines_at_end(text: str, *lines: str) -> Edit:
    """Further lines at the end of a file that says `text`."""
    end = "\r\n" if "\r\n" in text else "\n"
    begin = end if text and not text.endswith("\n") else ""
    return Edit(Span(len(text), len(text)), begin + "".join(f"{line}{end}" for line in lines))
