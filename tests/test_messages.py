from typing import Any

import pytest

from pottle.messages import Headers, Request, Response, joined, origin, redirected, shown


class Raw:
    """What a connection gives."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: tuple[bytes, ...] = ()) -> None:
        self.status, self.headers, self._body = status, headers, body

    def iter_stream(self) -> Any:
        yield from self._body


def answer(status: int, *headers: tuple[bytes, bytes], body: tuple[bytes, ...] = ()) -> Response:
    return Response(Request("GET", "https://h.example/a"), Raw(status, list(headers), body))  # type: ignore[arg-type]


def test_headers_have_names_in_any_case_and_may_be_lists():
    headers = Headers([(b"Link", b"a"), (b"LINK", b"b"), (b"X-Name", "Zoë".encode()), (b"X-Old", b"Zo\xeb")])
    assert headers.get_list("link") == ["a", "b"]
    assert (headers["liNk"], headers.get("x-name"), headers["X-Old"]) == ("a, b", "Zoë", "Zoë")
    assert ("Range" in headers, headers.get("Range"), headers.get("Range", "-"), headers.get_list("Range")) == (
        False,
        "",
        "-",
        [],
    )
    with pytest.raises(KeyError):
        headers["Range"]


def test_a_body_is_counted_while_it_comes_in():
    response = answer(200, body=(b"ab", b"c"))
    assert (response.received, response.read(), response.received) == (0, b"abc", 3)


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [(301, "PUT", "PUT"), (302, "POST", "POST"), (303, "POST", "GET"), (303, "HEAD", "HEAD"), (307, "PUT", "PUT")],
)
def test_a_redirect_keeps_the_method_but_for_303(status: int, method: str, then: str):
    asked = Request(method, "https://h.example/a", {"Content-Length": "1", "Range": "bytes=0-"}, lambda: (b"x",))
    following = redirected(asked, answer(status, (b"Location", b"/b?x=%2f")))
    assert following is not None
    assert (following.method, following.url) == (then, "https://h.example/b?x=%2f")
    assert ("Content-Length" in following.headers) == (following.body is not None) == (then != "GET")
    assert following.headers["Range"] == "bytes=0-"


@pytest.mark.parametrize(
    ("url", "location", "goes_along"),
    [
        ("https://h.example/a", "/b", True),
        ("https://h.example/a", "https://h.example:443/b", True),
        ("http://h.example/a", "https://h.example/b", True),
        ("https://h.example/a", "http://h.example/b", False),
        ("https://h.example/a", "https://h.example:444/b", False),
        ("https://h.example/a", "https://other.example/b", False),
        ("https://h.example/a", "//other.example/b", False),
    ],
)
def test_a_login_goes_to_nobody_else(url: str, location: str, goes_along: bool):
    asked = Request("GET", url, {"Authorization": "Basic x"})
    following = redirected(asked, answer(302, (b"Location", location.encode())))
    assert following is not None
    assert ("Authorization" in following.headers) is goes_along


@pytest.mark.parametrize("response", [answer(200, (b"Location", b"/b")), answer(302)])
def test_what_is_no_redirect(response: Response):
    assert redirected(response.request, response) is None


def test_addresses():
    assert joined("https://h.example/a/b", "c") == "https://h.example/a/c"
    assert origin("https://H.example:443/x") == origin("https://h.example")
    assert origin("https://h.example:x/") == origin("")
    assert shown("https://me:pw@h.example:1/a?b#c") == "https://h.example:1/a"
