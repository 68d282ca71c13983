"""Of the user's environment and configuration only what says where and how to fetch gets through."""

from pathlib import Path

import pytest

from pottle.errors import ConfigError
from pottle.sources.pypi import reach

KEPT = (
    *(
        "UV_INDEX",
        "UV_INDEX_OWN_PASSWORD",
        "UV_DEFAULT_INDEX",
        "UV_CACHE_DIR",
        "UV_KEYRING_PROVIDER",
        "NETRC",
        "HOME",
        "PATH",
    ),
    *("HTTPS_PROXY", "https_proxy", "no_proxy", "SSL_CERT_FILE", "AWS_PROFILE"),
)
BLOCKED = (
    *("UV_PYTHON", "UV_NO_BINARY", "UV_CONSTRAINT", "UV_OVERRIDE", "UV_RESOLUTION", "UV_PRERELEASE", "UV_TARGET"),
    *(
        "UV_CONFIG_FILE",
        "UV_NO_VERIFY_HASHES",
        "UV_LINK_MODE",
        "PIP_TARGET",
        "PIP_INDEX_URL",
        "PYTHONPATH",
        "PYTHONHOME",
    ),
    *("VIRTUAL_ENV", "CONDA_PREFIX", "LD_PRELOAD", "LD_LIBRARY_PATH", "CFLAGS", "ANYTHING"),
)


@pytest.mark.parametrize("name", KEPT)
def test_keeps(name):
    assert reach.environment({name: "x"}) == {name: "x"}


@pytest.mark.parametrize("name", BLOCKED)
def test_blocks(name):
    assert reach.environment({name: "x"}) == {}


def test_a_bundle_of_certificates_reaches_every_client(tmp_path):
    found = reach.environment({"SSL_CERT_FILE": "/other"}, tmp_path / "ca.pem")
    assert found["SSL_CERT_FILE"] == found["PIP_CERT"] == found["REQUESTS_CA_BUNDLE"] == str(tmp_path / "ca.pem")


def test_the_projects_indexes_come_before_the_users(tmp_path):
    (tmp_path / "home/.config/uv").mkdir(parents=True)
    (tmp_path / "home/.config/uv/uv.toml").write_text(
        'resolution = "lowest"\nindex-strategy = "first-index"\n[[index]]\nurl = "https://user.example"\n'
    )
    (tmp_path / "pyproject.toml").write_text(
        '[tool.uv]\npackage = true\n[[tool.uv.index]]\nname = "own"\nurl = "https://own.example"\n'
    )
    environ = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "etc")}
    assert reach.configuration(environ, tmp_path) == {
        "index": [{"name": "own", "url": "https://own.example"}, {"url": "https://user.example"}],
        "index-strategy": "first-index",
    }


def test_relative_places_are_the_configurations_own(tmp_path):
    (tmp_path / "uv.toml").write_text(
        'find-links = ["wheels", "https://links.example"]\ncache-dir = "cache"\nindex = [{url = "./index"}]\n'
    )
    found = reach.configuration({"UV_CONFIG_FILE": str(tmp_path / "uv.toml")})
    assert found == {
        "find-links": [f"{tmp_path}/wheels", "https://links.example"],
        "cache-dir": f"{tmp_path}/cache",
        "index": [{"url": f"{tmp_path}/index"}],
    }


def test_unreadable_configuration_is_an_error_with_its_place(tmp_path):
    (tmp_path / "uv.toml").write_text("[")
    with pytest.raises(ConfigError, match="cannot read uv's configuration") as raised:
        reach.configuration({"UV_CONFIG_FILE": str(tmp_path / "uv.toml")})
    assert str(raised.value.at) == str(tmp_path / "uv.toml")


# --- interpreters -----------------------------------------------------------------------------------

MIRROR, DOWNLOADS = "UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS_JSON_URL"


def test_where_interpreters_come_from_is_kept_apart():
    assert MIRROR not in reach.environment({MIRROR: "https://mirror.example"})
    assert reach.interpreters({MIRROR: "https://mirror.example", "UV_PYTHON": "3.9"}) == {
        MIRROR: "https://mirror.example"
    }


def test_the_environment_outranks_the_files(tmp_path: Path):
    (tmp_path / "uv.toml").write_text(
        'python-install-mirror = "https://file.example"\npython-downloads-json-url = "d.json"\n'
    )
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "none"), "XDG_CONFIG_DIRS": str(tmp_path / "none")}
    assert reach.interpreters({**environ, MIRROR: "https://mirror.example"}, tmp_path) == {
        MIRROR: "https://mirror.example",
        DOWNLOADS: str(tmp_path / "d.json"),
    }
