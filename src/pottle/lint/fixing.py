"""Fixes, made: as long as rules have some, and only what leaves a file that can be read."""

import stat
from collections.abc import Iterable
from dataclasses import dataclass

from pottle.lint.engine import Checked, Diagnostic
from pottle.lint.rule import Edit, Fix
from pottle.lint.settings import Settings
from pottle.lint.targets import Target
from pottle.text import Source

_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file."""

    name: str
    """As it is shown."""
    path: str
    """Relative to the repository."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """What becomes of a target, and of the files that its fixes change besides."""

    target: Target
    checked: Checked
    """The file as it is afterwards."""
    changes: tuple[Change, ...] = ()
    made: tuple[Diagnostic, ...] = ()
    """The findings whose fixes were made."""

    def write(self) -> None:
        """Write what has changed; a file is whole or as it was."""
        from pottle.writing import replacing

        for change in self.changes:
            place = self.target.place(change.path)
            if place is not None:
                real = place.resolve()
                mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else 0o644
                with replacing(real, mode) as file:
                    file.write(Source(change.name, change.after).encode())


def fix(target: Target, settings: Settings, *, unsafe: bool) -> Fixed:
    """Make the fixes of a file until there is none left."""
    checked = target.check(settings)
    texts: dict[str, str] = {}
    before: dict[str, str] = {target.path: checked.source.text}
    made: list[Diagnostic] = []
    seen = {checked.source.text}
    for _ in range(_ROUNDS):
        chosen = _chosen(target.path, checked.diagnostics, unsafe=unsafe)
        if not chosen:
            break
        later = dict(texts)
        for path, edits in _by_path(target.path, chosen).items():
            before.setdefault(path, target.read_other(path))
            later[path] = applied(later.get(path, before[path]), edits)
        after = target.check(settings, later)
        if (after.broken and not checked.broken) or (
            after.source.text in seen and after.source.text != checked.source.text
        ):
            break
        seen.add(after.source.text)
        checked, texts = after, later
        made += chosen
    changes = tuple(
        Change(target.name if path == target.path else target.shown(path), path, before[path], text)
        for path, text in texts.items()
        if text != before[path]
    )
    return Fixed(target, checked, changes, tuple(made))


def _chosen(path: str, diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> list[Diagnostic]:
    """Those whose edits do not touch each other's; the first in the file wins."""
    taken: list[tuple[str, Edit]] = []
    chosen: list[Diagnostic] = []
    made: set[tuple[Edit, ...]] = set()
    for each in diagnostics:
        if each.fix is None or not (each.fix.safe or unsafe):
            continue
        edits = [(edit.path or path, edit) for edit in each.fix.edits]
        if each.fix.edits in made:
            chosen.append(each)  # one edit for several findings
        elif not any(_touch(one, other) for one in edits for other in taken):
            taken += edits
            made.add(each.fix.edits)
            chosen.append(each)
    return chosen


def _touch(one: tuple[str, Edit], other: tuple[str, Edit]) -> bool:
    a, b = one[1].span, other[1].span
    return one[0] == other[0] and a.start <= b.end and b.start <= a.end


def _by_path(path: str, chosen: Iterable[Diagnostic]) -> dict[str, list[Edit]]:
    found: dict[str, list[Edit]] = {}
    fixes: list[Fix] = [each.fix for each in chosen if each.fix is not None]
    for edits in dict.fromkeys(fix.edits for fix in fixes):
        for edit in edits:
            found.setdefault(edit.path or path, []).append(edit)
    return found


def applied(text: str, edits: Iterable[Edit]) -> str:
    """`text` with the edits made; they do not overlap."""
    found, at = [], 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        found += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*found, text[at:]])
