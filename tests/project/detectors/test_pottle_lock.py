"""`pottle.lock`."""

import pytest

from pottle.errors import ProjectError
from pottle.project.detectors.pottle_lock import detect
from pottle.project.facts import Pins
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

HASH, COMMIT = "a" * 64, "0123456789abcdef0123456789abcdef01234567"
WHEEL = f'{{ name = "idna", version = "3.7", url = "https://u:secret@files.example/idna-3.7-py3-none-any.whl", sha256 = "{HASH}", size = 9 }}'
SOURCE = f'{{ name = "thing", url = "https://git.example/thing", commit = "{COMMIT}" }}'
TEXT = f"""\
version = 1

[[environment]]
platform = "linux/amd64"
python = "3.13"
wanted = [
    "idna>=3",
]
wheels = [
    {WHEEL},
]
sources = [
    {SOURCE},
]
"""


def pins(text: str = TEXT) -> Pins:
    (found,) = detect(Survey(DictTree({"pottle.lock": text})))
    return found


def test_an_environment_with_its_files():
    (each,) = pins().environments
    assert (each.platform, each.python, each.wanted, str(each.at)) == (
        *("linux/amd64", "3.13", ("idna>=3",)),
        "pottle.lock:3",
    )
    (pin,) = each.wheels
    assert (pin.name, pin.version, pin.wheel.filename, pin.wheel.sha256, pin.wheel.size, str(pin.at)) == (
        *("idna", "3.7", "idna-3.7-py3-none-any.whl", HASH, 9),
        "pottle.lock:10",
    )
    (source,) = each.sources
    assert (source.name, source.version, source.commit, str(source.at)) == ("thing", None, COMMIT, "pottle.lock:13")


def test_no_credentials_are_kept():
    assert "secret" not in repr(pins())


def test_a_byte_order_mark_and_carriage_returns_are_nothing_special():
    assert pins("\ufeff" + TEXT.replace("\n", "\r\n")) == pins()


BROKEN = {
    "cut off": (TEXT[:-90], "pottle.lock:13: this is not TOML"),
    "no version": (TEXT.replace("version = 1\n", "", 1), "pottle.lock:1: this is no lock of pottle: it has no `version`"),
    "a later version": (TEXT.replace("version = 1", "version = 2", 1), "pottle.lock:1: the lock was made by a later pottle"),
    "a table that is not known": (TEXT + "[base]\n", "pottle.lock:1: the lock was made by a later pottle: it has `base`"),
    "no list": ('version = 1\nenvironment = "x"\n', "pottle.lock:2: `environment` is no list of tables"),
    "no platform": (TEXT.replace('platform = "linux/amd64"\n', ""), "pottle.lock:3: this environment has no 'platform'"),
    "a number for a Python": (TEXT.replace('"3.13"', "3.13"), "pottle.lock:3: a value is of another type"),
    "no hash": (TEXT.replace(f', sha256 = "{HASH}"', ""), "pottle.lock:10: the entry of idna cannot be read: 'sha256' is missing"),
    "a short hash": (TEXT.replace(HASH, "00"), "pottle.lock:10: the entry of idna cannot be read: '00' is no SHA-256 digest"),
    "no wheel": (TEXT.replace(".whl", ".zip"), "pottle.lock:10: the entry of idna cannot be read: 'idna-3.7-py3-none-any.zip' is no name of a wheel"),
    "a branch": (TEXT.replace(COMMIT, "main"), "pottle.lock:13: the entry of thing cannot be read: 'main' is no commit"),
    "nothing that pins": (TEXT.replace(f', commit = "{COMMIT}"', ""), "pottle.lock:13: the entry of thing cannot be read: it has neither"),
    "an entry of text": (TEXT.replace(WHEEL, '"idna"'), "pottle.lock:3: an entry is no table"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_broken(text: str, message: str):
    with pytest.raises(ProjectError) as caught:
        pins(text)
    assert str(caught.value).startswith(message)
    assert caught.value.hint


def test_stays_quiet_without_the_file():
    assert list(detect(Survey(DictTree({"main.py": ""})))) == []
    assert list(detect(Survey(DictTree({"sub/pottle.lock": TEXT})))) == []
