"""Variables in an instruction (Dockerfile reference, "Environment replacement"): `$NAME`, `${NAME:-word}`, `${NAME#pattern}` …

`None` stands for what cannot be known here: a build argument without a default, a variable of an image that nobody knows.
"""

import re
from collections.abc import Iterator, Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?$!-]")
_OPERATOR = re.compile(r":?[-+?]|##?|%%?|//?")


LONGEST = 1 << 15
"""Characters of a value that is worked out. `ENV A=$A$A` doubles it with every line."""


class _Unknown(Exception):
    pass


def resolved(text: str, variables: Mapping[str, str | None], escape: str = "\\") -> str | None:
    """What `text` comes to, quotes removed, where `variables` are set; None where that cannot be known."""
    found, length = [], 0
    try:
        for piece in _resolved(text, variables, escape):
            found.append(piece)
            length += len(piece)
            if length > LONGEST:
                return None
    except _Unknown:
        return None
    return "".join(found)


def _resolved(text: str, variables: Mapping[str, str | None], escape: str) -> Iterator[str]:
    at, double = 0, False
    while at < len(text):
        character = text[at]
        if character == '"':
            double = not double
            at += 1
        elif character == "'" and not double:
            end = text.find("'", at + 1)
            end = len(text) if end < 0 else end
            yield text[at + 1 : end]
            at = end + 1
        elif character == escape:
            following = text[at + 1 : at + 2]
            yield following if not double or following in ('"', "$", escape) else character + following
            at += 2
        elif character == "$":
            value, at = _variable(text, at, variables, escape)
            yield value
        else:
            yield character
            at += 1


def _variable(text: str, at: int, variables: Mapping[str, str | None], escape: str) -> tuple[str, int]:
    if text.startswith("${", at):
        end = _closing(text, at + 1)
        name = _NAME.match(text, at + 2)
        if end is None or name is None:
            raise _Unknown
        operator = _OPERATOR.match(text, name.end(), end)
        word = text[operator.end() : end] if operator else ""
        return _applied(_value(name[0], variables, operator), operator, word, variables, escape), end + 1
    if found := _NAME.match(text, at + 1):
        return _known(variables, found[0]), found.end()
    return "$", at + 1


def _closing(text: str, start: int) -> int | None:
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return None


def _known(variables: Mapping[str, str | None], name: str) -> str:
    value = variables.get(name)
    if value is None:
        raise _Unknown
    return value


def _value(name: str, variables: Mapping[str, str | None], operator: re.Match[str] | None) -> str | None:
    """None: it is not set. Raises where nobody can know."""
    if operator is not None and operator[0].lstrip(":") in ("-", "+") and name not in variables:
        return None
    return _known(variables, name)


def _applied(
    value: str | None, operator: re.Match[str] | None, word: str, variables: Mapping[str, str | None], escape: str
) -> str:
    sign = operator[0] if operator else ""
    is_set = value is not None and (value != "" or not sign.startswith(":"))
    match sign.lstrip(":"):
        case "-":
            return value if is_set and value is not None else "".join(_resolved(word, variables, escape))
        case "+":
            return "".join(_resolved(word, variables, escape)) if is_set else ""
        case "" | "?":
            return value or ""
        case "#" | "##" | "%" | "%%":
            return _trimmed(value or "", sign, "".join(_resolved(word, variables, escape)))
        case _:
            pattern, _, new = word.partition("/")
            expression = _expression(pattern, greedy=True)
            return re.sub(expression, lambda _: new, value or "", count=1 if sign == "/" else 0)


def _trimmed(value: str, sign: str, pattern: str) -> str:
    expression = _expression(pattern, greedy=len(sign) == 2)
    if sign[0] == "#":
        found = re.match(expression, value, re.DOTALL)
        return value[found.end() :] if found else value
    ends = range(len(value) + 1) if len(sign) == 2 else range(len(value), -1, -1)
    start = next(
        (at for at in ends if re.compile(_expression(pattern, greedy=True), re.DOTALL).fullmatch(value, at)), None
    )
    return value if start is None else value[:start]


def _expression(pattern: str, *, greedy: bool) -> str:
    star = ".*" if greedy else ".*?"
    return "".join(star if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
