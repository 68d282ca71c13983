import pytest

from pottle.errors import UsageError
from pottle.run.settings import Port, variable


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("8000", Port(8000, 8000)),
        ("8080:8000", Port(8080, 8000)),
        ("8080:8000/tcp", Port(8080, 8000)),
        ("0.0.0.0:80:8000", Port(80, 8000, "0.0.0.0")),
        ("[::1]:80:8000", Port(80, 8000, "::1")),
    ],
)
def test_a_port_is_read(text: str, port: Port):
    assert Port.parse(text) == port


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a:b",
        "0",
        "65536:80",
        "80:65536",
        "1:2:3:4",
        "80/udp",
        "-1:80",
        "80:80 ",
        "1.2.3:80:80",
        "[::z]:80:80",
        "٨:80",
    ],
)
def test_what_is_no_port_is_refused(text: str):
    with pytest.raises(UsageError, match=r"^not a port: "):
        Port.parse(text)


def test_a_port_is_published_on_the_loopback_unless_told_otherwise():
    assert Port.parse("8080:8000").published == "127.0.0.1:8080:8000"
    assert Port.parse("[::1]:80:8000").published == "[::1]:80:8000"


def test_a_variable_keeps_what_follows_the_first_equals_sign():
    assert variable("URL=a=b", {}) == ("URL", "a=b")
    assert variable("EMPTY=", {}) == ("EMPTY", "")


def test_a_bare_variable_comes_from_this_environment_or_not_at_all():
    assert variable("HERE", {"HERE": "1"}) == ("HERE", "1")
    assert variable("THERE", {"HERE": "1"}) is None


@pytest.mark.parametrize("text", ["", "=x", "A=\0"])
def test_what_is_no_variable_is_refused(text: str):
    with pytest.raises(UsageError, match=r"^not an environment variable"):
        variable(text, {})
