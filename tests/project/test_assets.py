"""What belongs to the app layer, and what never does."""

import pytest

from pottle.errors import ConfigError
from pottle.project.assets import collect
from pottle.project.tree import DictTree, DirectoryTree

KEY = "-----BEGIN PRIVATE KEY-----\nx\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nx\n"


def kept(files, listed=None, exclude=()) -> list[str]:
    content = files if isinstance(files, dict) else dict.fromkeys(files, "")
    return [asset.path for asset in collect(DictTree(content), listed, exclude).files]


APP = [
    "src/p/__init__.py",
    "src/p/data.json",
    "templates/a.html",
    "pyproject.toml",
    "LICENSE",
    "static/app.js",
    "p/credentials/a.py",
]
NOISE = [
    ".gitignore",
    ".github/workflows/ci.yml",
    "Dockerfile",
    "compose.yaml",
    "uv.lock",
    "README.md",
    "p/x.pyc",
    "a.egg-info/x",
]
SECRET = [
    ".env",
    "a/.env.local",
    "prod.env",
    ".netrc",
    ".pypirc",
    "k/id_rsa",
    "a.p12",
    "credentials.json",
    ".aws/config",
]


@pytest.mark.parametrize("path", APP)
def test_is_part_of_the_app(path):
    assert kept([path]) == [path]


@pytest.mark.parametrize("path", NOISE)
def test_is_left_out(path):
    assert kept([path]) == []


@pytest.mark.parametrize("path", NOISE)
def test_is_taken_back_on_demand(path):
    assert kept([path], exclude=[f"!{path}"]) == [path]


@pytest.mark.parametrize("path", SECRET)
def test_a_secret_is_withheld_whoever_asks_for_it(path):
    found = collect(DictTree({path: ""}), exclude=[f"!{path}"])
    assert found.files == ()
    assert [(w.path, w.because) for w in found.withheld] == [(path, "it may hold a secret")]


@pytest.mark.parametrize("name", ["tls/server.pem", "server.key", "both.crt"])
def test_a_private_key_is_withheld_by_its_content(name):
    assert kept({name: KEY}) == []
    assert kept({name: CERTIFICATE}) == [name]


def test_an_unreadable_key_is_withheld():
    assert kept({"a.key": b"\xff\xfe\x00", "a.crt": b"\xff\xfe\x00"}) == ["a.crt"]


INDEX = '[[tool.uv.index]]\nname = "own"\nurl = "https://bob:hunter2@own.example/simple"\n'


@pytest.mark.parametrize("name", ["pyproject.toml", "member/pyproject.toml", "uv.toml", "pip.conf"])
def test_the_password_of_an_index_is_withheld_with_its_file(name):
    found = collect(DictTree({name: INDEX}))
    assert [(w.path, w.because) for w in found.withheld] == [(name, "it holds the credentials of an index")]
    for harmless in ("https://own.example/simple", "https://${USER}:${TOKEN}@own.example", "postgres://bob:pw@db/x"):
        assert kept({name: INDEX.replace("https://bob:hunter2@own.example/simple", harmless)}) == [name]


def test_a_checkout_decides_what_is_there():
    assert kept(["a.py", "new.py", "ignored.py"], {"a.py", "new.py", "deleted.py"}) == ["a.py", "new.py"]


def test_what_a_checkout_ignores_is_taken_in_on_demand():
    files = ("app.py", "static/dist/a.js", "static/dist/a.map", "notes/a.txt", ".env")
    back = ("!static/dist", "static/dist/*.map", "!.env")
    assert kept(files, {"app.py"}, back) == ["app.py", "static/dist/a.js"]
    assert kept(files, {"app.py", "notes/a.txt"}, ("notes",)) == ["app.py"]


def test_a_submodule_is_there_as_a_whole():
    assert kept(["a.py", "sub/b.py", "subway/c.py"], {"a.py", "sub"}) == ["a.py", "sub/b.py"]


def test_dockerignore_is_honoured():
    assert kept({".dockerignore": "*\n!app\napp/big.bin\n", "a.py": "", "app/a.py": "", "app/big.bin": ""}) == [
        "app/a.py"
    ]


def test_the_configuration_outranks_dockerignore():
    assert kept({".dockerignore": "!README.md\n", "README.md": "", "a.py": ""}, exclude=["README.md"]) == ["a.py"]


def test_tests_are_left_out():
    assert kept({"tests/test_a.py": "", "a.py": ""}) == ["a.py"]


def test_tests_that_the_application_imports_stay():
    assert kept({"tests/data.py": "", "a.py": "from tests.data import X\n"}) == ["a.py", "tests/data.py"]


def test_a_malformed_pattern_of_the_configuration_is_its_error():
    with pytest.raises(ConfigError, match="exclude"):
        kept(["a.py"], exclude=["[a"])


def test_a_link_stays_a_link_where_it_stays_inside(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("x")
    (tmp_path / "in").symlink_to("a/x")
    (tmp_path / "a" / "up").symlink_to("../a")
    (tmp_path / "out").symlink_to("../secret")
    (tmp_path / "absolute").symlink_to(tmp_path / "a")
    found = collect(DirectoryTree(tmp_path))
    assert [(f.path, f.link) for f in found.files] == [("a/up", "../a"), ("a/x", None), ("in", "a/x")]
    assert [w.path for w in found.withheld] == ["absolute", "out"]


def test_size_and_mode_come_along():
    (asset,) = collect(DictTree({"run": "12345"}, executable=["run"])).files
    assert (asset.size, asset.executable) == (5, True)
