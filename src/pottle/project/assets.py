"""Which files belong to the app layer.

Of the files that git tracks or would track (all of them where there is no checkout), and those that it ignores and `exclude` takes back
by a `!`, everything but: what only builds, tests or
documents the project; what `.dockerignore` and `exclude` leave out; and secrets, whoever asks for them.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pottle import address
from pottle.errors import ConfigError, ProjectError
from pottle.project import ignore
from pottle.project.ignore import Ignore
from pottle.project.survey import Survey
from pottle.project.tree import Tree

DEVELOPMENT = (
    # version control, continuous integration, editors
    "**/.gitattributes", ".gitmodules", ".mailmap", "**/.gitkeep", ".github", ".gitlab", ".gitlab-ci.yml",
    ".circleci", ".travis.yml", ".azure-pipelines", "azure-pipelines.yml", "Jenkinsfile", ".woodpecker*", ".forgejo",
    ".vscode", ".idea", ".devcontainer", ".editorconfig", "**/.DS_Store", "**/Thumbs.db", "**/*.swp", "**/*~", ".claude",
    # how it is checked
    ".pre-commit-config.yaml", ".coveragerc", "**/.coverage", ".flake8", ".pylintrc", "mypy.ini", "pytest.ini", "tox.ini",
    "noxfile.py", "ruff.toml", ".ruff.toml", "codecov.yml", "htmlcov", "**/conftest.py", "renovate.json", ".renovaterc*",
    # how it is run and made
    "**/Dockerfile", "**/*.Dockerfile", "**/Containerfile", "**/*.dockerignore", "docker-compose*", "compose*.yml",
    "compose*.yaml", "kubernetes.yaml", "docker-bake*", "Makefile", "justfile", "Justfile", "Taskfile.y*ml", "CONTRIBUTING*",
    "CODE_OF_CONDUCT*", "SECURITY*",
    # what a build or a run leaves behind
    "**/*.py[cod]", "**/*.egg-info", "**/*.egg", "*.whl", "**/*.deb", "**/.venv", "pip-wheel-metadata",
)  # fmt: skip
"""What neither the application nor its build needs."""

BUILDING = (
    "**/.gitignore", "**/Dockerfile*", "**/Containerfile*", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "Pipfile.lock",
    "pylock*.toml", "requirements*.txt", "requirements*.in", "pottle.toml", "pottle.lock", ".python-version", "README*",
    "CHANGELOG*",
)  # fmt: skip
"""What the build alone may need."""

NOISE = (*DEVELOPMENT, *BUILDING)
"""Left out unless `.dockerignore` or `exclude` takes a pattern back with `!`."""

SECRETS = (
    "**/.env", "**/.env.*", "**/.envrc", "**/*.env", "**/.netrc", "**/_netrc", "**/.pypirc", "**/.npmrc",
    "**/.git-credentials", "**/.htpasswd", "**/.pgpass", "**/.my.cnf", "**/.vault-token", "**/.aws", "**/.ssh", "**/.gnupg",
    "**/.kube", "**/.docker", "**/.azure", "**/gcloud/credentials*", "**/id_rsa", "**/id_dsa", "**/id_ecdsa",
    "**/id_ed25519", "**/*.p12", "**/*.pfx", "**/*.jks", "**/*.keystore", "**/*.kdbx", "**/*.ppk",
    "**/credentials.json", "**/client_secret*.json", "**/service-account*.json", "**/service_account*.json", "**/application_default_credentials.json",
    "**/.streamlit/secrets.toml", "**/*.tfstate", "**/*.tfstate.*", "**/*.tfvars",
)  # fmt: skip
"""Never in an image, whatever takes them back."""

TESTS = ("tests", "test")
"""Directories at the top that are left out where nothing outside of them imports them."""

_KEYS = (".pem", ".key", ".crt", ".cer", ".p8", ".asc")
_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")
_LARGEST_KEY = 1 << 20
_INDEXES = re.compile(
    r"(?:^|/)(?:(?:pyproject|uv|pdm|poetry)\.toml|pip\.(?:conf|ini)|Pipfile|requirements[^/]*\.txt|environment\.ya?ml)$"
)
"""Files that name indexes, and may do so with a password."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the app layer."""

    path: str
    size: int
    executable: bool
    link: str | None = None
    """Its target, where it is a symbolic link (relative, and inside the project)."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A file that was listed and is kept out of the image all the same: worth telling."""

    path: str
    because: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The app layer's files, sorted, and what was withheld from it."""

    files: tuple[Asset, ...]
    withheld: tuple[Withheld, ...] = ()


def collect(tree: Tree, listed: AbstractSet[str] | None = None, exclude: Sequence[str] = ()) -> Assets:
    """The app layer of the project in `tree`; `listed` is what its checkout holds, `exclude` the configuration's patterns."""
    ignored = _ignore(tree, exclude)
    secret = ignore.patterns(SECRETS)
    tests = _unused_tests(tree)
    files: list[Asset] = []
    withheld: list[Withheld] = []
    for path in own(tree, listed, exclude):
        if path.partition("/")[0] in tests or ignored.leaves_out(path):
            continue
        status = tree.status(path)
        because = _withheld(tree, path, secret, status.link)
        if because is None:
            files.append(Asset(path, status.size, status.executable, status.link))
        else:
            withheld.append(Withheld(path, because))
    return Assets(tuple(files), tuple(withheld))


def _ignore(tree: Tree, exclude: Sequence[str]) -> Ignore:
    return ignore.patterns(NOISE) + ignore.parse(tree.read(".dockerignore") or "") + _configured(exclude)


def _configured(exclude: Sequence[str]) -> Ignore:
    try:
        return ignore.patterns(exclude)
    except ValueError as error:
        raise ConfigError(f"`exclude`: {error}", hint="it is written in the language of .dockerignore") from None


def own(tree: Tree, listed: AbstractSet[str] | None, exclude: Sequence[str] = ()) -> Iterator[str]:
    """The project's own files, whatever they are for: those that are listed themselves or lie in a listed directory (a submodule, or a
    repository within this one), and what a build has made if `exclude` asks for it: `!static/dist`.
    """
    paths = tree.files()
    if listed is None:
        yield from paths
        return
    directories, configured = listed - frozenset(paths), _configured(exclude)
    for path in paths:
        if path in listed or configured.takes_back(path) or (directories and not directories.isdisjoint(_above(path))):
            yield path


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _withheld(tree: Tree, path: str, secret: Ignore, link: str | None) -> str | None:
    if secret.leaves_out(path):
        return "it may hold a secret"
    if link is not None:
        return None if _stays_inside(path, link) else "it is a link that leads out of the project"
    if path.endswith(_KEYS) and _holds_key(tree, path):
        return "it holds a private key"
    if _INDEXES.search(path) and _holds_login(tree, path):
        return "it holds the credentials of an index"
    return None


def _stays_inside(path: str, link: str) -> bool:
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    return not link.startswith("/") and target != ".." and not target.startswith("../")


def _holds_key(tree: Tree, path: str) -> bool:
    if tree.status(path).size > _LARGEST_KEY:
        return False
    try:
        return _KEY.search(tree.read(path) or "") is not None
    except ProjectError:
        return path.endswith(".key")  # DER, or no key at all: a name like that is reason enough


def _holds_login(tree: Tree, path: str) -> bool:
    try:
        return address.holds_login(tree.read(path) or "")
    except ProjectError:
        return False  # not text


def _unused_tests(tree: Tree) -> frozenset[str]:
    """The test directories at the top that no module of the application imports."""
    present = {path.partition("/")[0] for path in tree.files() if "/" in path} & set(TESTS)
    return frozenset(name for name in present if not _imported(tree, name)) if present else frozenset()


def _imported(tree: Tree, package: str) -> bool:
    statement = re.compile(rf"^\s*(?:from|import)\s+{package}\b", re.MULTILINE)
    survey = Survey(tree)
    return any(statement.search(survey.source(path) or "") for path in survey.paths)
