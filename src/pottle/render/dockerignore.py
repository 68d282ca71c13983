"""`.dockerignore`: what never reaches a builder. Nothing that the application or its build needs is on it.

A pattern without `**/` counts at the root of the context alone (moby's patternmatcher), so what may lie anywhere has one. The last
pattern that matches decides: secrets come last, and nothing takes them back.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from pottle import generated
from pottle.project import ignore
from pottle.project.assets import DEVELOPMENT, SECRETS
from pottle.project.tree import NEVER_LISTED

KIND = "dockerignore"
_SPECIAL = re.compile(r"([\\*?\[\]])")


def render(
    needed: AbstractSet[str],
    *,
    git: Iterable[str] = (),
    exclude: Sequence[str] = (),
    aside: Sequence[str] = (),
    secret: Sequence[str] = (),
    only: Sequence[str] = (),
    directory: str = "",
) -> str:
    """The file. `needed` are the paths that the image is made from, `git` what git ignores, in this language.

    `exclude` are the configuration's own patterns, `aside` directories that neither run nor build, `secret` paths that hold a secret; `only`: nothing else is sent at all.
    `directory` is the project's in the context: what counts at its root counts there.
    """
    sections = [
        ("Only these are sent at all.", ["*", *(f"!{path}" for path in only)] if only else []),
        ("Version control, caches, virtual environments: wherever they lie.", list(_never())),
        ("What git ignores.", list(dict.fromkeys(git))),
        ("For developers, not for the image.", _below(directory, (*DEVELOPMENT, *aside))),
        ("What [tool.pottle] leaves out or takes in.", _below(directory, exclude)),
    ]
    lines = [line for _, section in sections for line in section]
    sections.append(
        ("Hidden by the lines above, and needed.", [f"!{_literal(path)}" for path in _hidden(needed, lines)])
    )
    sections.append(("Secrets come last: nothing takes them back.", [*SECRETS, *_seen(secret)]))
    head = f"# What no builder gets to see: small contexts, no secrets. Yours to change. {generated.WORD}\n"
    body = "\n".join(f"# {title}\n" + "".join(f"{line}\n" for line in found) for title, found in sections if found)
    return generated.marked(f"{head}\n{body}", KIND)


def _below(directory: str, patterns: Iterable[str]) -> list[str]:
    """The patterns of a project, as they are written in the context that it is a part of."""
    if not directory:
        return list(patterns)
    split = ((each[: each.startswith("!")], each.removeprefix("!").lstrip("/")) for each in patterns)
    return [back + (each if each.startswith("**/") else f"{directory}/{each}") for back, each in split]


def _never() -> Iterator[str]:
    yield from (f"**/{name}" for name in sorted({*NEVER_LISTED, "venv"}))


def _seen(secret: Iterable[str]) -> list[str]:
    """Those that no pattern knows by their names: private keys, and files with the password of an index."""
    known = ignore.patterns(SECRETS)
    return sorted(_literal(path) for path in secret if not known.leaves_out(path))


def _hidden(needed: AbstractSet[str], lines: Sequence[str]) -> list[str]:
    patterns = ignore.patterns(lines)
    return sorted(path for path in needed if patterns.leaves_out(path))


def _literal(path: str) -> str:
    return _SPECIAL.sub(r"\\\1", path)
