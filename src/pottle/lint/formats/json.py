"""JSON: every finding with its place, counted both in lines and columns from 1 and in bytes from 0, and its edits.

`pottle lint --fix` makes the same edits; `offset` and `end` of one are bytes of the file as it was checked.
"""

import json
from collections.abc import Sequence
from typing import Any

from pottle.lint.engine import Checked, Diagnostic
from pottle.lint.rule import Edit
from pottle.text import Position, Source


def rendered(checked: Sequence[Checked]) -> str:
    """One object: `files` that were checked, `findings` in their order."""
    findings = [_finding(each.source, found) for each in checked for found in each.diagnostics]
    document = {"files": [each.source.path for each in checked], "findings": findings}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _finding(source: Source, found: Diagnostic) -> dict[str, Any]:
    fix = found.fix
    return {
        "rule": found.rule,
        "severity": found.severity,
        "category": found.category,
        "message": found.message,
        "hint": found.hint,
        "path": found.path,
        "start": _place(source, found.start, found.span.start),
        "end": _place(source, found.end, found.span.end),
        "fix": None
        if fix is None
        else {"what": fix.what, "safe": fix.safe, "edits": [_edit(source, each) for each in fix.edits]},
    }


def _place(source: Source, position: Position, offset: int) -> dict[str, int]:
    return {"line": position.line, "column": position.column, "offset": source.byte(offset)}


def _edit(source: Source, edit: Edit) -> dict[str, Any]:
    """Offsets in another file than the checked one are characters' there, and so left to `pottle lint --fix`."""
    if edit.path is not None:
        return {"path": edit.path, "text": edit.text}
    return {"offset": source.byte(edit.span.start), "end": source.byte(edit.span.end), "text": edit.text}
