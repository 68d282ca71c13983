"""Fixes, made: as long as rules have some, and only what leaves a file that can be read."""

import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pottle.lint.engine import Checked, Diagnostic
from pottle.lint.repository import Repository
from pottle.lint.rule import Edit, Fix
from pottle.lint.settings import Settings
from pottle.lint.targets import Target
from pottle.text import Source

_ROUNDS = 20
_NOTHING: Mapping[str, str] = MappingProxyType({})


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


def fix_all(targets: Sequence[Target], settings: Settings, *, unsafe: bool) -> list[Fixed]:
    """Make the fixes of every file, each as those before it have left the repository. Nothing is written."""
    known: dict[Repository, dict[str, str]] = {}
    fixed: list[Fixed] = []
    for target in targets:
        before = known.setdefault(target.repository, {})
        one = fix(target, settings, before, unsafe=unsafe)
        before |= {change.path: change.after for change in one.changes}
        fixed.append(one)
    if all(change.path == one.target.path for one in fixed for change in one.changes):
        return fixed
    # A fix of one file may have repaired, or changed, another that was told about before.
    return [replace(one, checked=one.target.check(settings, known[one.target.repository])) for one in fixed]


def fix(target: Target, settings: Settings, known: Mapping[str, str] = _NOTHING, *, unsafe: bool) -> Fixed:
    """Make the fixes of a file until there is none left; `known` are texts that files of the repository have by now."""
    checked = target.check(settings, known)
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
            if path not in before:
                before[path] = known[path] if path in known else target.read_other(path)
            later[path] = applied(later.get(path, before[path]), edits)
        after = target.check(settings, {**known, **later})
        went_round = after.source.text in seen and after.source.text != checked.source.text
        if (after.broken and not checked.broken) or went_round:
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
