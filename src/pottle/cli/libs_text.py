"""What an environment needs, for a person and for a program."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pottle.api import Libraries
    from pottle.native.needs import Need, Report

_MOST = 3
"""Names that are told one by one."""


def text(found: "Libraries") -> str:
    """What to install, for whom; what is optional; what nobody has."""
    report = found.report
    lines = [_summary(found)]
    lines += _packages(report)
    for name, way in report.cheaper:
        lines.append(f"  {click.style('cheaper:', fg='cyan')} {name}: {way}")
    if report.optional:
        lines += ["", click.style("optional: plugins, further tools, programs that may be run", bold=True)]
        lines += textwrap.wrap(
            ", ".join(report.optional), 100, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
        )
    for answer, title in (("host", "from the machine's GPU driver"), ("wheel", "from wheels of their own")):
        if names := [need.name for need in report.needs if need.answer == answer]:
            lines += ["", f"{click.style(title, bold=True)}: {_some(names)}"]
    if problems := list(wanting(found)):
        lines += ["", click.style("missing", fg="red", bold=True), *(f"  {line}" for line in problems)]
    return "\n".join(lines)


def _summary(found: "Libraries") -> str:
    report, system = found.report, found.report.system
    where = f"{system.suite} ({system.architecture})"
    if not report.packages:
        told = f"nothing is missing on {where}" if found.closed else f"nothing has to be installed on {where}"
        return click.style(told, bold=True)
    if found.closed:
        told = f"{_count(len(report.packages), 'package')} of {where} {_is_are(report.packages)} missing"
    else:
        told = f"{_count(len(report.packages), 'package')} of {where} {_has_have(report.packages)} to be installed"
    if found.closure is not None:
        whole = found.closure
        told += f": {len(whole.packages)} with all that they need, {whole.installed / 1e6:.1f} MB, {whole.download / 1e6:.1f} MB to fetch"
    return click.style(told, bold=True)


def _packages(report: "Report") -> Iterator[str]:
    """A line for each package, below it why."""
    for package in report.packages:
        needs = [need for need in report.needs if need.package == package and need.required]
        yield f"  {click.style(package, fg='green')}"
        if linked := [need for need in needs if need.signal == "linked"]:
            who = sorted({name for need in linked for name in need.of})
            files = list(dict.fromkeys(file for need in linked for file in need.files))
            yield f"      {_some(who) or 'machine code'}: linked with {_some([need.name for need in linked])} ({_some(files, 1)})"
        yield from (f"      {_some(need.of)}: {need.because}" for need in needs if need.signal != "linked")


def wanting(found: "Libraries") -> Iterator[str]:
    """What is required and cannot be had."""
    report = found.report
    for need in report.missing:
        why = f" ({need.because})" if need.because else ""
        yield f"{need.name}, for {_who(need)}: no package of {report.system.suite} has it{why}"
    for old in report.too_old:
        suites = f"use {' or '.join(old.suites)}" if old.suites else "no suite has it yet"
        yield f"{old.symbol}, for {old.of or old.file}: {report.system.suite} has {old.has}; {suites}"
    for each in report.damaged:
        yield f"{each.path} starts like machine code and cannot be read: {each.why}"


def _who(need: "Need") -> str:
    return _some(need.of) if need.of else _some(need.files, 1)


def _some(names: Sequence[str], most: int = _MOST) -> str:
    """The first few, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _is_are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _has_have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def json(found: "Libraries") -> str:
    """All of it, with what is there already."""
    import msgspec

    report = found.report
    document = {
        "suite": report.system.suite,
        "architecture": report.system.architecture,
        "packages": report.packages,
        "optional": report.optional,
        "closure": found.closure,
        "needs": [
            {
                "name": need.name,
                "answer": need.answer,
                "required": need.required,
                "signal": need.signal,
                "packages": need.packages,
                "distributions": need.of,
                "files": need.files,
                "because": need.because or None,
            }
            for need in report.needs
        ],
        "cheaper": [{"distribution": name, "way": way} for name, way in report.cheaper],
        "too_old": report.too_old,
        "damaged": [{"path": each.path, "because": each.why} for each in report.damaged],
        "missing": list(wanting(found)),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
