"""The accounts that packages ask for: by adduser(8) and useradd(8) in their scripts, and by sysusers.d(5).

A script on a host takes the next number that is free. Here numbers are given from 999 downwards in the order of the names, unless one is
asked for: the same packages give the same accounts.
"""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pottle.build.base.accounts import Account
from pottle.build.base.scripts.rehearsal import Command

_HIGHEST = 999
_NOWHERE = "/nonexistent"


@dataclass(frozen=True, slots=True)
class Asked:
    """A user with its group, or a group alone."""

    name: str
    group_only: bool = False
    number: int | None = None
    group: str | None = None
    """The name of a group that is not the user's own."""
    home: str = _NOWHERE


def of_commands(commands: Iterable[Command]) -> Iterator[Asked]:
    """What commands that are known ask for."""
    for command in commands:
        if not command.known:
            continue
        match command.name:
            case "adduser" | "useradd":
                yield from _user(command.words[1:])
            case "addgroup" | "groupadd":
                yield from _group(command.words[1:])


def of_sysusers(text: str) -> Iterator[Asked]:
    """What lines of a `sysusers.d` file ask for."""
    for line in text.splitlines():
        try:
            kind, name, number, _, home, *_ = (*shlex.split(line, comments=True), *["-"] * 6)
        except ValueError:
            continue
        kind = kind.rstrip("!-")
        if kind in ("u", "g") and name not in ("-", ""):
            own, _, group = number.partition(":")
            yield Asked(
                name,
                kind == "g",
                int(own) if own.isdecimal() else None,
                group if group and not group.isdecimal() else None,
                home if home.startswith("/") else _NOWHERE,
            )


def numbered(asked: Iterable[Asked]) -> tuple[Account, ...]:
    """An account for each name, by name; one that is asked for as a user is no group alone."""
    wanted = dict[str, Asked]()
    for each in asked:
        known = wanted.get(each.name)
        if known is None or (known.group_only and not each.group_only):
            wanted[each.name] = each
    groups = {each.group for each in wanted.values() if each.group} - wanted.keys()
    wanted |= {name: Asked(name, group_only=True) for name in groups}
    numbers = _numbers(wanted)
    return tuple(_account(wanted[name], numbers) for name in sorted(wanted))


def _numbers(wanted: dict[str, Asked]) -> dict[str, int]:
    numbers, taken = dict[str, int](), {0, 5, 65534}
    for name in sorted(wanted):
        number = wanted[name].number
        if number is not None and number not in taken:
            numbers[name] = number
            taken.add(number)
    free = (number for number in range(_HIGHEST, 99, -1) if number not in taken)
    return numbers | {name: next(free) for name in sorted(wanted) if name not in numbers}


def _account(asked: Asked, numbers: dict[str, int]) -> Account:
    number = numbers[asked.name]
    group = asked.group or asked.name
    return Account(asked.name, number, numbers.get(group, number), group, asked.home, group_only=asked.group_only)


_VALUES = frozenset(
    {
        "--home",
        "--uid",
        "--gid",
        "--ingroup",
        "--shell",
        "--gecos",
        "--comment",
        "--firstuid",
        "--lastuid",
        "--home-dir",
    }
    | {"-d", "-u", "-g", "-s", "-c", "-G", "-r", "-K", "-k", "--groups", "--base-dir", "-b"} - {"-r"}
)
"""Options that are followed by a value."""


def _user(words: Sequence[str]) -> Iterator[Asked]:
    options, names = _parsed(words)
    if len(names) != 1:
        return  # `adduser USER GROUP` puts one into the other: nothing is asked for
    group = options.get("--ingroup") or options.get("-g") or options.get("--gid")
    number = options.get("--uid") or options.get("-u") or ""
    home = options.get("--home") or options.get("--home-dir") or options.get("-d") or _NOWHERE
    yield Asked(
        names[0],
        number=int(number) if number.isdecimal() else None,
        group=group if group and not group.isdecimal() else None,
        home=home if home.startswith("/") else _NOWHERE,
    )


def _group(words: Sequence[str]) -> Iterator[Asked]:
    options, names = _parsed(words)
    number = options.get("--gid") or options.get("-g") or ""
    if len(names) == 1:
        yield Asked(names[0], group_only=True, number=int(number) if number.isdecimal() else None)


def _parsed(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    options, names, at = dict[str, str](), list[str](), 0
    while at < len(words):
        word = words[at]
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            names.append(word)
        elif equals:
            options[name] = value
        elif word in _VALUES and at + 1 < len(words):
            at += 1
            options[word] = words[at]
        at += 1
    return options, [name for name in names if name]
