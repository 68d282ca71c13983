import pytest

from pottle.run.image import Config
from pottle.run.writable import home, volumes


def config(path: str, working_dir: str = "/app") -> Config:
    return Config(environment=(("HOME", path),), working_dir=working_dir)


def test_a_home_beside_the_program_may_be_covered():
    assert home(config("/home/app")) == "/home/app"


@pytest.mark.parametrize("path", ["", "/", "home", "/home/../app", "/tmp", "/app"])
def test_a_home_that_is_none_or_holds_the_program_may_not(path: str):
    assert home(config(path)) is None


def test_a_home_above_the_program_may_not():
    assert home(config("/srv", working_dir="/srv/app")) is None


def test_no_home_is_no_home():
    assert home(Config()) is None


@pytest.mark.parametrize("path", ["/data", "/app/media", "/var/lib/app"])
def test_a_volume_beside_or_below_the_program_is_one(path: str):
    assert volumes(Config(working_dir="/app", volumes=(path,))) == (path,)


@pytest.mark.parametrize("path", ["/", "/app", "data", "/data/../app", "/tmp", "/srv"])
def test_a_volume_that_would_cover_the_program_is_none(path: str):
    working_dir = "/srv/app" if path == "/srv" else "/app"
    assert volumes(Config(working_dir=working_dir, volumes=(path,))) == ()
