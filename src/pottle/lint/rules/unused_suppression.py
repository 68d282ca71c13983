"""A comment silences a rule that finds nothing there.

The defect has been repaired and the comment has stayed, or the rule's name is misspelt and the comment never had an effect. The next
defect of that kind would go unseen. Comments for hadolint and BuildKit are left alone: those have more rules than pottle.

Bad:

```dockerfile
FROM python:3.13-slim
# pottle: ignore[pip-cache-in-layer] it was once needed
RUN pip install --no-cache-dir flask==3.1.0
```

Good:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir flask==3.1.0
```
"""

from collections.abc import Iterator

from pottle.lint import registry
from pottle.lint.rule import Finding, Rule
from pottle.lint.suppressions import Suppressions


def check(suppressions: Suppressions) -> Iterator[Finding]:
    """Comments that name no rule, an unknown one, or one that was asked and has found nothing."""
    for span in suppressions.nameless:
        yield Finding(span, "this comment names no rule, so it silences none", hint="write `ignore[rule-name]`")
    for each in suppressions.found:
        if not each.own or each.used:
            continue
        if each.name not in registry.names():
            near = registry.suggestion(each.name)
            hint = f"did you mean `{near}`?" if near else None
            yield Finding(each.span, f"there is no rule `{each.name}`", hint=hint)
        elif each.name in suppressions.checked:
            yield Finding(each.span, f"`{each.name}` finds nothing here", hint="remove the comment")


RULE = Rule(Suppressions, "warning", "file", check)
