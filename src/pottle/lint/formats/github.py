"""Workflow commands of GitHub Actions: a line for each finding, shown beside the line that it is about."""

from collections.abc import Sequence

from pottle.lint.engine import Checked, Diagnostic

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def rendered(checked: Sequence[Checked]) -> str:
    """`::error file=…,line=…,col=…,title=RULE::message`."""
    return "".join(_line(found) for each in checked for found in each.diagnostics)


def _line(found: Diagnostic) -> str:
    where = {
        "file": found.path,
        "line": str(found.start.line),
        "endLine": str(found.end.line),
        "col": str(found.start.column),
        "endColumn": str(found.end.column),
        "title": found.rule,
    }
    if found.start.line != found.end.line:
        del where["endColumn"]  # GitHub ignores columns of several lines, and complains of it
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    return f"::{_COMMANDS[found.severity]} {properties}::{_data(_said(found))}\n"


def _said(found: Diagnostic) -> str:
    advice = found.fix.what if found.fix is not None else found.hint
    return found.message if advice is None else f"{found.message} ({advice})"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").encode("utf-8", "replace").decode()


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
