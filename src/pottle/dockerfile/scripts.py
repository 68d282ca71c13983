"""The shell script in an instruction, each of its characters with its place in the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.dockerfile.mapped import Mapped
from pottle.dockerfile.model import Argument, Heredoc, Instruction
from pottle.text import Source

_SHELLS = re.compile(r"(?:/usr)?(?:/bin/)?(?:sh|bash|dash|ash|zsh|ksh)")
_COMMAND_FLAG = re.compile(r"-[a-z]*c")


@dataclass(frozen=True, slots=True)
class ShellText:
    """What a shell is given to read."""

    text: Mapped
    interpreter: str | None = None
    """What a first line `#!…` names; None: the stage's shell."""


def shell_text(instruction: Instruction, source: Source) -> ShellText | None:
    """What a shell reads of RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD; None where none does."""
    if instruction.json:
        return _exec(instruction.words, source)
    if not instruction.body.text:
        return None
    if not instruction.heredocs:
        return ShellText(instruction.body)
    first = instruction.heredocs[0]
    if len(instruction.heredocs) == 1 and source.at(first.word) == instruction.body.text.strip():
        return _bare(first, source)
    pieces = [(instruction.body.part(a, b).text, instruction.body.place(a)) for a, b in _segments(instruction.body)]
    for heredoc in instruction.heredocs:
        pieces += [("\n", heredoc.body.start), (source.at(heredoc.body), heredoc.body.start)]
        pieces.append((heredoc.name, heredoc.terminator.start))
    return ShellText(Mapped.join(pieces))


def _segments(body: Mapped) -> Iterator[tuple[int, int]]:
    ends = (*body.starts[1:], len(body.text))
    return zip(body.starts, ends, strict=True)


def _bare(heredoc: Heredoc, source: Source) -> ShellText:
    """`RUN <<EOF`: the lines are the script."""
    pieces, at = [], heredoc.body.start
    for line in source.at(heredoc.body).splitlines(keepends=True):
        kept = line.lstrip("\t") if heredoc.strips_tabs else line
        pieces.append((kept, at + len(line) - len(kept)))
        at += len(line)
    text = Mapped.join(pieces or [("", at)])
    interpreter = text.text[2:].partition("\n")[0].strip() if text.text.startswith("#!") else None
    return ShellText(text, interpreter)


def _exec(words: tuple[Argument, ...], source: Source) -> ShellText | None:
    """`["sh", "-c", "…"]`, as long as the script's characters stand in the file as they are."""
    if len(words) < 3 or not _SHELLS.fullmatch(words[0].text) or not _COMMAND_FLAG.fullmatch(words[-2].text):
        return None
    script = words[-1]
    if source.at(script.span)[1:-1] != script.text:
        return None
    return ShellText(Mapped(script.text, (0,), (script.span.start + 1,)))
