"""What a Dockerfile says of a compiled program, beyond the goldens."""

from pathlib import Path

import pytest

from pottle import api
from pottle.errors import UsageError
from pottle.render.style import Style

HOST = api.Host(Path("/nonexistent"), {})
SCRIPT = "import http.server\nhttp.server.ThreadingHTTPServer(('', 8080), None).serve_forever()\n"


def dockerfile(root: Path, style: Style | None = None, **flags: object) -> str:
    (root / "main.py").write_text(SCRIPT)
    options = api.read_options(root, {}, {"compile": "nuitka", **flags})
    return api.generate(["dockerfile"], root, options, HOST, style)[0].text


def test_the_image_stands_on_nothing(tmp_path: Path):
    *_, last = dockerfile(tmp_path).split("\n\n")
    assert "FROM scratch AS image\nCOPY --from=compiled /program/ /\n" in last
    assert "RUN" not in last


def test_the_compiler_is_the_one_that_is_locked(tmp_path: Path):
    assert "nuitka==" in dockerfile(tmp_path)
    (tmp_path / "pottle.lock").write_text(
        'version = 1\n[[build]]\nof = "nuitka"\nwanted = ["--compile nuitka"]\n'
        f'requires = [{{ name = "nuitka", version = "2.0", sha256 = ["{"1" * 64}"] }}]\n'
    )
    text = dockerfile(tmp_path)
    assert f"nuitka==2.0 --hash=sha256:{'1' * 64}\nEOF\n" in text
    assert "--require-hashes --requirements=/compile/nuitka.txt" in " ".join(text.replace("\\\n", "").split())


def test_a_module_of_the_project_is_compiled_where_it_lies(tmp_path: Path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__main__.py").write_text("print()")
    text = dockerfile(tmp_path, command=("python", "-m", "shop"))
    assert "--python-flag=-m" in text
    assert "--include-package=shop" in text
    assert "        /app/shop\n" in text


@pytest.mark.parametrize(
    ("style", "flag"),
    [
        (Style(dev=True), "--dev"),
        (Style(native=True), "--manager-native"),
        (Style(layout="single-stage"), "--single-stage"),
        (Style(layout="wheel-house"), "--wheel-house"),
    ],
)
def test_what_it_cannot_be_written_with_is_refused(tmp_path: Path, style: Style, flag: str):
    with pytest.raises(UsageError, match=f"no program is compiled with {flag}"):
        dockerfile(tmp_path, style)


def test_an_image_with_another_cpython_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="has no CPython of its suite to compile with"):
        dockerfile(tmp_path, Style("python:3.13-slim-trixie"))
