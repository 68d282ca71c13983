"""Poetry's version constraints as PEP 440 specifiers: `^1.2`, `~1.2`, `1.2.*`, `>=1.2 <2`, unions by `||`.

Source: Poetry's documentation, "Version constraints". Who reads them asks `specifier`, and where a union may stand, `alternatives`.
"""

import re
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_CLAUSE = re.compile(r"(?P<operator>\^|~=|~|===?|!=|<=|>=|<|>|=)?\s*(?P<version>\*|v?[0-9][^\s,]*)\s*(?:,\s*)?")
_WILDCARD = re.compile(r"\.[*xX]$")
_SPELLED = {None: "==", "=": "=="}


def specifier(text: str) -> SpecifierSet:
    """The one set that admits what `text` does. Raises `ValueError` for what is no constraint, and for what no single set can say."""
    found = alternatives(text)
    if len(found) > 1:
        raise ValueError(f"{text!r} is a union, which no single specifier can express")
    return found[0]


def alternatives(text: str) -> tuple[SpecifierSet, ...]:
    """The sets of which any may admit a version: one, or as many as a union has. Raises `ValueError` for what is no constraint."""
    found = tuple(_conjunction(part, text) for part in re.split(r"\|\|?", text))
    return next(((each,) for each in found if not str(each)), tuple(dict.fromkeys(found)))


def _conjunction(part: str, whole: str) -> SpecifierSet:
    rest, clauses = part.strip(), list[str]()
    while rest:
        match = _CLAUSE.match(rest)
        if match is None:
            break
        rest = rest[match.end() :]
        try:
            clauses += _clause(match["operator"], match["version"].removeprefix("v"))
        except (InvalidVersion, InvalidSpecifier):
            rest = match[0]
            break
    if rest or not part.strip():
        raise ValueError(f"{whole!r} is no version constraint: " + (f"{rest!r} is none" if rest else "it is empty"))
    return SpecifierSet(",".join(clauses))


def _clause(operator: str | None, version: str) -> Iterator[str]:
    if version == "*":
        return
    if operator == "^":
        yield from _between(version, _caret(Version(version)))
    elif operator == "~" or (operator == "~=" and len(Version(version).release) == 1):  # `~=2`, which PEP 440 refuses
        yield from _between(version, _tilde(Version(version)))
    elif _WILDCARD.search(version):
        yield from _prefix(operator, _WILDCARD.sub("", version))
    else:
        yield str(Specifier(f"{_SPELLED.get(operator, operator)}{version}"))


def _prefix(operator: str | None, version: str) -> Iterator[str]:
    """`==1.2.*`; a prefix has no place in an order, so of `>=1.2.*` the version counts alone."""
    star = ".*" if _SPELLED.get(operator, operator) in ("==", "!=") else ""
    yield str(Specifier(f"{_SPELLED.get(operator, operator)}{version}{star}"))


def _between(lowest: str, next_one: str) -> tuple[str, str]:
    return f">={Version(lowest)}", f"<{next_one}"


def _caret(version: Version) -> str:
    """The next version that changes the leftmost digit that is not zero; of zeros alone, the last one."""
    release = version.release
    changes = next((place for place, digit in enumerate(release) if digit), len(release) - 1)
    return _raised(release, changes)


def _tilde(version: Version) -> str:
    """The next minor version; of a major one alone, the next major."""
    return _raised(version.release, min(1, len(version.release) - 1))


def _raised(release: tuple[int, ...], place: int) -> str:
    return ".".join(map(str, (*release[:place], release[place] + 1)))
