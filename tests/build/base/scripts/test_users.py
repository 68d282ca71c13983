"""Accounts that packages ask for get numbers that depend on nothing but who asks."""

import pytest

from pottle.build.base.accounts import Account
from pottle.build.base.scripts.conditions import Scene
from pottle.build.base.scripts.rehearsal import rehearse
from pottle.build.base.scripts.users import Asked, numbered, of_commands, of_sysusers

COMMANDS = {
    "adduser --system --quiet --group messagebus": [Asked("messagebus")],
    "adduser --system --home /var/lib/redis --quiet --group redis": [Asked("redis", home="/var/lib/redis")],
    "adduser --system --home=/run/x --no-create-home --uid 77 --ingroup games x": [
        Asked("x", number=77, group="games", home="/run/x")
    ],
    "useradd -r -u 78 -d /srv -s /bin/false -c 'A user' y": [Asked("y", number=78, home="/srv")],
    "addgroup --system --gid 42 shadow": [Asked("shadow", group_only=True, number=42)],
    "groupadd -f -g 43 -r z": [Asked("z", group_only=True, number=43)],
    "adduser x games": [],
    "adduser --system $(cat name)": [],
    "deluser x": [],
}


@pytest.mark.parametrize(("script", "asked"), COMMANDS.items())
def test_commands_ask(script, asked):
    assert list(of_commands(rehearse(script, Scene("package")))) == asked


def test_sysusers_ask():
    text = (
        '# comment\nu messagebus - "System Message Bus" /run/dbus\ng crontab -\nu! fixed 77:games "x"\nm x games\nr - 1-2\n'
        'u _apt -:nogroup\n"unfinished\n'
    )
    assert list(of_sysusers(text)) == [
        Asked("messagebus", home="/run/dbus"),
        Asked("crontab", group_only=True),
        Asked("fixed", number=77, group="games"),
        Asked("_apt", group="nogroup"),
    ]


def test_numbers_follow_the_names():
    asked = [Asked("b"), Asked("a", group_only=True), Asked("c", number=42, home="/c"), Asked("d", group="games")]
    expected = (
        Account("a", 999, 999, "a", "/nonexistent", group_only=True),
        Account("b", 998, 998, "b", "/nonexistent"),
        Account("c", 42, 42, "c", "/c"),
        Account("d", 997, 996, "games", "/nonexistent"),
        Account("games", 996, 996, "games", "/nonexistent", group_only=True),
    )
    assert numbered(asked) == expected == numbered(asked[::-1])


def test_a_user_is_more_than_a_group_of_the_same_name():
    assert numbered([Asked("x", group_only=True), Asked("x")]) == (Account("x", 999, 999, "x", "/nonexistent"),)


def test_a_number_that_is_taken_is_not_given_twice():
    assert [account.uid for account in numbered([Asked("a", number=77), Asked("b", number=77)])] == [77, 999]
