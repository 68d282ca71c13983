"""SARIF 2.1.0 (OASIS), as code scanning of GitHub, GitLab and Azure reads it: rules with their pages, results with their fixes."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pottle import __version__
from pottle.lint import registry
from pottle.lint.engine import Checked, Diagnostic
from pottle.lint.rule import Fix
from pottle.text import Source, Span

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def rendered(checked: Sequence[Checked]) -> str:
    """One run; its rules are those that found something."""
    names = sorted({found.rule for each in checked for found in each.diagnostics})
    seen: Counter[str] = Counter()
    results = [_result(each.source, found, names, seen) for each in checked for found in each.diagnostics]
    driver = {
        "name": "pottle",
        "version": __version__,
        "rules": [_rule(name) for name in names],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2) + "\n"


def _rule(name: str) -> dict[str, Any]:
    rule, page = registry.rule(name), registry.page(name)
    return {
        "id": name,
        "shortDescription": {"text": page.partition("\n")[0]},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.category]},
    }


def _result(source: Source, found: Diagnostic, names: Sequence[str], seen: Counter[str]) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(found.path), "region": _region(source, found.span)}
    result: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": names.index(found.rule),
        "level": _LEVELS[found.severity],
        "message": {"text": found.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"pottle/v1": fingerprint(source, found, seen)},
    }
    if found.fix is not None and all(edit.path is None for edit in found.fix.edits):
        result["fixes"] = [_fix(source, found.path, found.fix)]
    return result


def fingerprint(source: Source, found: Diagnostic, seen: Counter[str]) -> str:
    """The same finding in another version of the file: rule, file, the line's text, and which of several like it."""
    text = source.line(found.start.line).strip() if source.text else ""
    key = f"{found.rule}\x00{found.path}\x00{text}"
    seen[key] += 1
    return hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.encode("utf-8", "surrogateescape"))}


def _region(source: Source, span: Span) -> dict[str, int]:
    start, end = source.position(span.start), source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _fix(source: Source, path: str, fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    return {
        "description": {"text": fix.what},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": replacements}],
    }
