"""How the user's machine reaches package indexes: of their environment and configuration only what says where and how to fetch.

Whatever else `UV_*`, `PIP_*`, `PYTHON*` and `uv.toml` can say would change *what* is installed, and that is the lock's business alone.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pottle.errors import ConfigError
from pottle.text import Location

_KEPT = frozenset(
    {
        *("HOME", "PATH", "USER", "LOGNAME", "TMPDIR", "NETRC", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT"),
        *("UV_CACHE_DIR", "UV_NO_CACHE", "UV_OFFLINE", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"),
        *("UV_KEYRING_PROVIDER", "UV_INSECURE_HOST", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "UV_CREDENTIALS_DIR"),
        *("UV_HTTP_TIMEOUT", "UV_HTTP_CONNECT_TIMEOUT", "UV_HTTP_RETRIES", "UV_CONCURRENT_DOWNLOADS"),
        *("DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND"),
    }
)
_KEPT_PREFIXES = ("UV_INDEX", "UV_HTTP_PROXY", "UV_HTTPS_PROXY", "AWS_", "GOOGLE_", "AZURE_", "CLOUDSDK_", "ARTIFACTS_")
"""Indexes by name and their credentials; what keyring backends of the clouds read."""

_SETTINGS = (
    *(
        "index",
        "index-url",
        "extra-index-url",
        "find-links",
        "index-strategy",
        "keyring-provider",
        "allow-insecure-host",
    ),
    *("native-tls", "system-certs", "cache-dir", "offline", "http-proxy", "https-proxy", "no-proxy"),
)
_INTERPRETERS = {
    "UV_PYTHON_INSTALL_MIRROR": "python-install-mirror",
    "UV_PYTHON_DOWNLOADS_JSON_URL": "python-downloads-json-url",
}
_LISTS = ("index", "extra-index-url", "find-links", "allow-insecure-host", "no-proxy")


def environment(environ: Mapping[str, str], ca_bundle: Path | None = None) -> dict[str, str]:
    """The environment for uv: `environ` less all that could change a result. `ca_bundle` replaces the trusted certificates."""
    kept = {name: value for name, value in environ.items() if _keeps(name)}
    if ca_bundle is not None:
        kept |= dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO"), str(ca_bundle))
    return kept


def _keeps(name: str) -> bool:
    upper = name.upper() if name.lower().endswith("_proxy") else name
    return upper in _KEPT or upper.startswith(_KEPT_PREFIXES)


def configuration(environ: Mapping[str, str], project: Path | None = None) -> dict[str, Any]:
    """The settings of `uv.toml` and `[tool.uv]` that say where and how to fetch: the project's before the user's before the machine's."""
    merged: dict[str, Any] = {}
    for settings in _settings(environ, project):
        for key in _SETTINGS:
            if key in settings and key in _LISTS:
                merged[key] = [*merged.get(key, []), *_listed(settings[key])]
            elif key in settings:
                merged.setdefault(key, settings[key])
    return merged


def interpreters(environ: Mapping[str, str], project: Path | None = None) -> dict[str, str]:
    """Where interpreters are fetched from, as variables of the environment, which outrank the same settings of `uv.toml`."""
    found: dict[str, str] = {}
    for settings in _settings(environ, project):
        for variable, key in _INTERPRETERS.items():
            if isinstance(value := environ.get(variable) or settings.get(key), str):
                found.setdefault(variable, value)
    return found


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _settings(environ: Mapping[str, str], project: Path | None) -> Iterator[dict[str, Any]]:
    if named := environ.get("UV_CONFIG_FILE"):
        yield _read(Path(named))
        return
    if project is not None:
        yield from map(_of_project, around(project))
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '/nonexistent')}/.config"
    yield _read(Path(home, "uv", "uv.toml"))
    machine = (Path(d, "uv", "uv.toml") for d in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":") if d)
    yield _read(next((path for path in machine if path.is_file()), Path("/etc/uv/uv.toml")))


def around(project: Path) -> Iterator[Path]:
    """The project's directory and, where it is a part of a repository, those above it: a workspace's indexes are told at its root."""
    yield project
    above = [directory for directory in (project, *project.parents) if (directory / ".git").exists()]
    yield from (each for each in project.parents if above and each.is_relative_to(above[0]))


def _of_project(project: Path) -> dict[str, Any]:
    """`uv.toml` wins over `pyproject.toml` beside it, as a whole (uv's "Configuration files")."""
    if (project / "uv.toml").is_file():
        return _read(project / "uv.toml")
    settings = _document(project / "pyproject.toml").get("tool", {}).get("uv", {})
    return _anchored(settings, project) if isinstance(settings, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    return _anchored(_document(path), path.parent)


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read uv's configuration: {error}", at=Location(str(path))) from error


def _anchored(settings: dict[str, Any], directory: Path) -> dict[str, Any]:
    """Relative paths made absolute: uv reads what is written here from another place."""
    anchored = dict(settings)
    if isinstance(cache := settings.get("cache-dir"), str):
        anchored["cache-dir"] = str(directory.absolute() / cache)
    if isinstance(downloads := settings.get("python-downloads-json-url"), str):
        anchored["python-downloads-json-url"] = _absolute(downloads, directory)
    if isinstance(links := settings.get("find-links"), list):
        anchored["find-links"] = [_absolute(link, directory) for link in links]
    if isinstance(indexes := settings.get("index"), list):
        anchored["index"] = [_anchored_index(index, directory) for index in indexes]
    return anchored


def _anchored_index(index: Any, directory: Path) -> Any:
    if isinstance(index, dict) and isinstance(index.get("url"), str):
        return {**index, "url": _absolute(index["url"], directory)}
    return index


def _absolute(place: Any, directory: Path) -> Any:
    if not isinstance(place, str) or "://" in place or place.startswith(("/", "$", "~")):
        return place
    return str(directory.absolute() / place)
