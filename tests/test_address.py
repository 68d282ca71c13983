"""Logins are taken out of URLs, however they are written, and nothing shows them."""

import time

import pytest

from pottle import address
from pottle.address import Address, Secret, covered, parse, redacted, without_login

ENVIRON = {"USER": "bob", "TOKEN": "p@ss/w:rd", "INDEX": "https://bob:pw@own.example/simple", "HOST": "own.example"}

PARSED = {
    "none": ("https://own.example/simple", "https://own.example/simple", None, None),
    "a user and a password": ("https://bob:pw@own.example/simple", "https://own.example/simple", "bob", "pw"),
    "a token alone": ("https://tok@own.example/simple", "https://own.example/simple", "tok", None),
    "an empty password": ("https://tok:@own.example/", "https://own.example/", "tok", ""),
    "an @ in the password": ("https://bob:p@ss@own.example/", "https://own.example/", "bob", "p@ss"),
    "a slash in the password": ("https://bob:p/ss@own.example/", "https://own.example/", "bob", "p/ss"),
    "a number sign in the password": ("https://bob:p#ss@own.example/", "https://own.example/", "bob", "p#ss"),
    "escapes": ("https://bob:p%40ss@own.example/", "https://own.example/", "bob", "p@ss"),
    "variables": ("https://${USER}:${TOKEN}@own.example/", "https://own.example/", "bob", "p@ss/w:rd"),
    "a variable that is all of it": ("${INDEX}", "https://own.example/simple", "bob", "pw"),
    "a variable in the host": ("https://bob:pw@${HOST}/simple", "https://own.example/simple", "bob", "pw"),
    "a variable that is not set": ("https://${NOBODY}@own.example/", "https://own.example/", "${NOBODY}", None),
    "a port": ("https://bob:pw@own.example:8443/a@b", "https://own.example:8443/a@b", "bob", "pw"),
    "an @ in the path": ("https://own.example:8443/a@b", "https://own.example:8443/a@b", None, None),
    "an IPv6 address": ("https://[2001:db8::1]/a@b", "https://[2001:db8::1]/a@b", None, None),
}


@pytest.mark.parametrize(("text", "url", "username", "password"), PARSED.values(), ids=PARSED)
def test_parses(text, url, username, password):
    secrets = tuple(None if each is None else Secret(each) for each in (username, password))
    assert parse(text, ENVIRON) == Address(url, *secrets)


def test_pipenvs_variables_need_no_braces():
    assert parse("https://$USER:$TOKEN@own.example/", ENVIRON, bare=True).password == Secret("p@ss/w:rd")
    assert parse("https://$USER:$TOKEN@own.example/", ENVIRON).password == Secret("$TOKEN")


WITH_LOGIN = [(text, url) for text, url, username, _ in PARSED.values() if username and "$" not in text]


@pytest.mark.parametrize(("text", "url"), WITH_LOGIN)
def test_takes_out_what_may_not_be_shown(text, url):
    assert without_login(text) == url
    masked = url.replace("://", "://***@", 1)
    assert redacted(f"cannot fetch {text} (see {text})") == f"cannot fetch {masked} (see {masked})"


def test_covers_what_may_not_be_shown_and_moves_nothing():
    text = "RUN pip install -i https://ci:hunter2@index.example/simple shop"
    assert covered(text) == "RUN pip install -i https://**********@index.example/simple shop"
    assert covered("COPY a@b /") == "COPY a@b /"


def test_a_long_line_is_no_longer_a_wait():
    before = time.process_time()
    assert covered("a" * 100_000) == "a" * 100_000
    assert time.process_time() - before < 20, "what takes the square of its length would take minutes"


def test_text_without_logins_stays_as_it_is():
    text = "see https://own.example/a@b, git@own.example:repository and mail me@own.example"
    assert redacted(text) == text


def test_a_secret_is_not_shown_by_accident():
    assert f"{Secret('hunter2')} {Secret('hunter2')!r} {parse('https://u:hunter2@h')}".count("hunter2") == 0
    assert Secret("hunter2").reveal() == "hunter2"


def test_says_which_variables_are_missing():
    assert address.unset("https://${HOST}/${ROOM}") == ("HOST", "ROOM")
