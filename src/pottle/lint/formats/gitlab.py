"""GitLab's code quality report, a part of Code Climate's format (GitLab documentation, "Code Quality report format")."""

import json
from collections import Counter
from collections.abc import Sequence

from pottle.lint.engine import Checked
from pottle.lint.formats.sarif import fingerprint

_SEVERITIES = {"error": "critical", "warning": "major", "info": "minor"}


def rendered(checked: Sequence[Checked]) -> str:
    """An array of all findings."""
    seen: Counter[str] = Counter()
    report = [
        {
            "description": found.message,
            "check_name": found.rule,
            "fingerprint": fingerprint(each.source, found, seen),
            "severity": _SEVERITIES[found.severity],
            "location": {
                "path": found.path,
                "lines": {"begin": found.start.line, "end": found.end.line},
            },
        }
        for each in checked
        for found in each.diagnostics
    ]
    return json.dumps(report, indent=2) + "\n"
