"""Findings as a person reads them: the line, the place in it, what is wrong, what to do."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import click

from pottle.address import covered
from pottle.lint.engine import Checked, Diagnostic
from pottle.lint.fixing import Change
from pottle.lint.rule import SEVERITIES
from pottle.text import Source

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}
_WIDEST = 160
"""Columns of a line that are shown; of a longer one those around the finding."""
_NEAR = 2000
"""Characters around what is shown in which a login may begin or end."""


def text(checked: Sequence[Checked]) -> str:
    """Every finding, and how many there are."""
    blocks = [_block(each.source, found) for each in checked for found in each.diagnostics]
    return "\n".join([*blocks, summary(checked)])


def summary(checked: Sequence[Checked]) -> str:
    """One line."""
    found = [each for one in checked for each in one.diagnostics]
    files = "1 file" if len(checked) == 1 else f"{len(checked)} files"
    if not found:
        return f"nothing found in {files}"
    counts = Counter(each.severity for each in found)
    parts = ", ".join(_counted(counts[severity], severity) for severity in SEVERITIES if counts[severity])
    safe = sum(each.fix is not None and each.fix.safe for each in found)
    unsafe = sum(each.fix is not None and not each.fix.safe for each in found)
    fixes = [f"{safe} can be fixed with --fix"] if safe else []
    fixes += [f"{unsafe} {'more ' if safe else ''}with --unsafe-fixes"] if unsafe else []
    return f"{parts} in {files}" + (f"; {', '.join(fixes)}" if fixes else "")


def counted(checked: Sequence[Checked]) -> list[dict[str, str | int]]:
    """How often each rule has found something, most often first."""
    counts = Counter((each.rule, each.severity) for one in checked for each in one.diagnostics)
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"rule": rule, "severity": severity, "count": number} for (rule, severity), number in rows]


def statistics(counts: Sequence[Mapping[str, str | int]]) -> str:
    """The same as lines."""
    return "\n".join(f"{each['count']:5}  {each['severity']:7}  {each['rule']}" for each in counts)


def page(rule: Mapping[str, str]) -> str:
    """The documentation of a rule."""
    return f"{rule['rule']} ({rule['severity']}, {rule['category']})\n\n{rule['page']}"


def rules(told: Sequence[Mapping[str, str]]) -> str:
    """One line for each rule."""
    width = max(len(each["rule"]) for each in told)
    return "\n".join(
        f"{each['rule']:{width}}  {each['severity']:7}  {each['category']:15}  {each['finds']}" for each in told
    )


def shown_diff(change: Change) -> str:
    """What becomes of a file, as a unified diff."""
    import difflib

    before, after = (each.splitlines(keepends=True) for each in (change.before, change.after))
    lines = difflib.unified_diff(before, after, change.name, change.name)
    return "".join(_diff_line(line) for line in lines)


def _diff_line(line: str) -> str:
    colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    text = shown(line.rstrip("\r\n"))
    return (click.style(text, fg=colour) if colour else text) + "\n"


def _counted(number: int, severity: str) -> str:
    return f"{number} {severity}" + ("s" if number != 1 and severity != "info" else "")


def _block(source: Source, found: Diagnostic) -> str:
    return "\n".join(_lines(source, found)) + "\n"


def _lines(source: Source, found: Diagnostic) -> Iterator[str]:
    label = click.style(f"{found.severity}[{found.rule}]", fg=_COLOURS[found.severity], bold=True)
    yield f"{label}: {shown(found.message)}"
    yield f"  --> {shown(found.path)}:{found.start}"
    if source.text:
        yield from _excerpt(source, found)
    if found.fix is not None:
        flag = "--fix" if found.fix.safe else "--unsafe-fixes"
        yield click.style("  fix: ", fg="green") + f"{shown(found.fix.what)} ({flag})"
    elif found.hint is not None:
        yield click.style("  hint: ", fg="cyan") + shown(found.hint)


def _excerpt(source: Source, found: Diagnostic) -> Iterator[str]:
    line = source.line(found.start.line)
    begin = found.start.column - 1
    until = found.end.column - 1 if found.end.line == found.start.line else len(line.rstrip())
    if found.secret:
        line = line[:begin] + "*" * (until - begin) + line[until:]
    near, far = max(0, begin - _NEAR), begin + _NEAR
    line = line[:near] + covered(line[near:far]) + line[far:]
    cut = max(0, begin - _WIDEST // 2) if len(line) > _WIDEST else 0
    visible = line[cut : cut + _WIDEST]
    before, marked = visible[: begin - cut], visible[begin - cut : until - cut]
    number = str(found.start.line)
    yield f"{number:>4} | {shown(visible)}"
    caret = click.style("^" * max(_width(shown(marked)), 1), fg=_COLOURS[found.severity])
    yield f"     | {' ' * _width(shown(before))}{caret}"


def shown(line: str) -> str:
    """What a terminal may be given: no control characters, no bytes that are no text."""
    return "".join(_visible(character) for character in line)


def _visible(character: str) -> str:
    if character == "\t":
        return "    "
    category = unicodedata.category(character)
    return "\ufffd" if category in ("Cc", "Cs", "Cf") else character


def _width(line: str) -> int:
    """Columns on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
