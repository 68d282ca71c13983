"""`pylock.toml` and `pylock.NAME.toml` (PEP 751)."""

import pytest

from pottle.config.options import Options
from pottle.errors import ConfigError, ProjectError
from pottle.oci.platform import Platform
from pottle.plan.bases import of
from pottle.plan.needs import Needs
from pottle.project.detectors.pylock import FORMAT, OTHERS, detect
from pottle.project.facts import Lock, Repository
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

HASH = "a" * 64
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEAD = 'lock-version = "1.0"\nrequires-python = ">=3.11"\nextras = ["cache"]\ndependency-groups = ["dev", "web"]\n'
FILE = f'url = "https://u:secret@files.example/idna-3.7-py3-none-any.whl", size = 9, hashes = {{ sha256 = "{HASH}" }}'
IDNA = (
    f'\n[[packages]]\nname = "idna"\nversion = "3.7"\nindex = "https://index.example/simple"\nwheels = [{{ {FILE} }}]\n'
)


def entry(name: str, more: str, version: str = "1.0") -> str:
    file = FILE.replace("idna-3.7", f"{name}-{version}")
    return f'\n[[packages]]\nname = "{name}"\nversion = "{version}"\n{more}\nwheels = [{{ {file} }}]\n'


def lock(text: str, **more: str) -> Lock:
    found = detect(Survey(DictTree({"pylock.toml": text, **more})), "pylock.toml")
    return next(clue for clue in found if isinstance(clue, Lock))


def installed(text: str, **options: tuple[str, ...]) -> list[str]:
    facts = read_project(DictTree({"pylock.toml": text, "main.py": ""}))
    needs = Needs(facts, Options(**options), Platform.parse("linux/amd64"))  # type: ignore[arg-type]
    return [f"{each.name} {each.version}" for each in needs.installed(of("debian:trixie")).requirements]


def test_a_package_with_its_files():
    found = lock(HEAD + IDNA)
    (each,) = found.distributions
    assert (found.format, found.complete, str(found.requires_python)) == ("pylock", True, ">=3.11")
    assert (each.name, str(each.version), each.source, each.source_id) == (
        *("idna", "3.7", "registry"),
        "https://index.example/simple",
    )
    (wheel,) = each.wheels
    assert (wheel.filename, wheel.sha256, wheel.size) == ("idna-3.7-py3-none-any.whl", HASH, 9)
    assert wheel.url == "https://files.example/idna-3.7-py3-none-any.whl"
    assert str(each.at) == "pylock.toml:7"


LIB = {"lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n'}
FROM = {
    "a repository": (
        f'vcs = {{ type = "git", url = "https://u:p@git.example/lib", commit-id = "{COMMIT}", subdirectory = "py" }}',
        *("vcs", "https://git.example/lib"),
    ),
    "a directory": ('directory = { path = "./lib", editable = true }', "directory", "lib"),
    "an archive": (f'archive = {{ url = "https://files.example/lib.zip", hashes = {{ sha256 = "{HASH}" }} }}', "url", "https://files.example/lib.zip"),
    "a file": (f'archive = {{ path = "lib-1-py3-none-any.whl", hashes = {{ sha256 = "{HASH}" }} }}', "path", "lib-1-py3-none-any.whl"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "source", "place"), FROM.values(), ids=FROM)
def test_where_it_comes_from(text: str, source: str, place: str):
    (each,) = lock(f'{HEAD}\n[[packages]]\nname = "lib"\n{text}\n', **LIB).distributions
    assert (each.source, each.source_id) == (source, place)
    assert each.repository == (Repository("https://git.example/lib", COMMIT, "py") if source == "vcs" else None)
    assert bool(each.wheels) == (source == "path")
    assert bool(each.backend) == (source == "directory")


def test_the_project_itself_is_no_root():
    found = lock(HEAD + IDNA + '\n[[packages]]\nname = "p"\ndirectory = { path = ".", editable = true }\n')
    assert [root.name for root in found.roots] == ["idna"]


EXTRA, DEV, WEB = (
    entry(name, f'marker = "{marker}"')
    for name, marker in {
        "redis": "'cache' in extras",
        "pytest": "'dev' in dependency_groups",
        "uvicorn": "'web' in dependency_groups and sys_platform == 'linux'",
    }.items()
)


def test_what_is_not_asked_for_is_not_installed():
    assert installed(HEAD + IDNA + EXTRA + DEV + WEB) == ["idna 3.7"]


def test_what_is_asked_for_is():
    assert installed(HEAD + IDNA + EXTRA + DEV + WEB, extras=("Cache",), groups=("web",)) == [
        *("idna 3.7", "redis 1.0", "uvicorn 1.0")
    ]


def test_default_groups_are():
    assert installed(HEAD + 'default-groups = ["web"]\n' + IDNA + DEV + WEB) == ["idna 3.7", "uvicorn 1.0"]


def test_nothing_else_can_be_asked_for():
    with pytest.raises(ConfigError, match="no group 'docs'"):
        installed(HEAD + IDNA, groups=("docs",))


def test_of_a_fork_the_image_has_one():
    fork = entry("torch", "marker = \"'cache' in extras\"") + entry(
        "torch", "marker = \"'cache' not in extras\"", "2.0"
    )
    assert installed(HEAD + fork) == ["torch 2.0"]
    assert installed(HEAD + fork, extras=("cache",)) == ["torch 1.0"]


def test_of_a_fork_the_image_cannot_have_two():
    with pytest.raises(ProjectError, match=r"wants torch 1\.0 and 2\.0 in one environment"):
        installed(HEAD + entry("torch", "") + entry("torch", "", "2.0"))


def test_environments_bind():
    assert installed(HEAD + "environments = [\"sys_platform == 'linux'\"]\n" + IDNA) == ["idna 3.7"]
    with pytest.raises(ProjectError, match="was not made for Python"):
        installed(HEAD + "environments = [\"sys_platform == 'win32'\"]\n" + IDNA)


# --- whose it is, and which -----------------------------------------------------------------------

PROJECT = '[project]\nname = "p"\nversion = "1"\ndependencies = ["idna>=3"]\n'


def facts(**files: str):
    return read_project(DictTree({"main.py": "", **{name.replace("__", "."): text for name, text in files.items()}}))


@pytest.mark.parametrize(("table", "manager"), [("", "pylock"), ("[tool.uv]\n", "uv"), ("[tool.pdm]\n", "pdm")])
def test_the_project_says_whose_it_is(table: str, manager: str):
    found = facts(pylock__toml=HEAD + IDNA, pyproject__toml=PROJECT + table)
    assert found.package_manager.value == manager
    assert [str(each.at) for each in found.dependencies] == ["pyproject.toml:4"]


def test_without_a_project_all_of_it_is_direct():
    assert [each.name for each in facts(pylock__toml=HEAD + IDNA).dependencies] == ["idna"]


def test_an_export_of_the_lock_beside_it_is_no_second_opinion():
    survey = Survey(DictTree({"pylock.toml": HEAD + 'created-by = "uv"\n', "uv.lock": ""}))
    assert FORMAT.find(survey) is None
    assert FORMAT.find(Survey(DictTree({"pylock.toml": HEAD + 'created-by = "uv"\n'}))) == "pylock.toml"


def test_the_plain_one_wins():
    survey = Survey(DictTree({"pylock.toml": "", "pylock.web.toml": ""}))
    assert (FORMAT.find(survey), OTHERS.find(survey)) == ("pylock.toml", None)


def test_a_single_named_one_is_read():
    found = facts(pylock__web__toml=HEAD + IDNA)
    assert found.lock is not None
    assert found.lock.at.path == "pylock.web.toml"


def test_two_named_ones_are_named():
    with pytest.raises(ProjectError, match=r"pylock\.dev\.toml and pylock\.web\.toml") as caught:
        facts(pylock__web__toml=HEAD + IDNA, pylock__dev__toml=HEAD + IDNA)
    assert "lockfile" in (caught.value.hint or "")


def test_the_configuration_decides_between_them():
    files = {"main.py": "", "pylock.web.toml": HEAD + IDNA, "pylock.dev.toml": HEAD}
    found = read_project(DictTree(files), "pylock.web.toml")
    assert found.lock is not None
    assert found.lock.at.path == "pylock.web.toml"


@pytest.mark.parametrize("path", ["pylock.a.b.toml", "apylock.toml", "sub/pylock.toml", "pylock.lock"])
def test_stays_quiet(path: str):
    survey = Survey(DictTree({path: HEAD}))
    assert (FORMAT.find(survey), OTHERS.find(survey)) == (None, None)
    assert list(detect(survey, "pylock.toml")) == []


# --- what is broken -------------------------------------------------------------------------------

BROKEN = {
    "cut off": ((HEAD + IDNA)[:-9], "pylock.toml:10: this is not TOML: "),
    "no version": (IDNA, "pylock.toml:1: this is no pylock.toml: it has no `lock-version` (hint: write it anew)"),
    "a later version": (HEAD.replace("1.0", "2.0"), "pylock.toml:1: the lock has format version 2.0, and only 1.x is known"),
    "no packages": (HEAD, "pylock.toml: it is not as PEP 751 says: 'packages' is missing, or no list"),
    "packages of text": (HEAD + 'packages = "idna"\n', "pylock.toml: it is not as PEP 751 says: 'packages' is missing, or no list"),
    "no name": (HEAD + IDNA.replace('name = "idna"\n', ""), "pylock.toml:7: this entry cannot be read: 'name' is missing"),
    "no files": (
        HEAD + '[[packages]]\nname = "idna"\nversion = "3.7"\n',
        "pylock.toml:6: the entry of idna cannot be read: it names no file, archive, directory or repository",
    ),
    "no hashes": (
        HEAD + IDNA.replace(f', hashes = {{ sha256 = "{HASH}" }}', ""),
        "pylock.toml:7: the entry of idna cannot be read: 'hashes' is missing",
    ),
    "a short hash": (HEAD + IDNA.replace(HASH, "00"), "pylock.toml:7: the entry of idna cannot be read: '00' is no SHA-256 digest"),
    "nonsense for a marker": (HEAD + entry("a", 'marker = "on tuesdays"'), "pylock.toml:7: the entry of a cannot be read: 'on tuesdays' is no marker"),
    "nonsense for a version": (HEAD + IDNA.replace("3.7", "three"), "pylock.toml:7: the entry of idna cannot be read: invalid version: 'three'"),
    "a branch": (
        HEAD + '[[packages]]\nname = "a"\nvcs = { type = "git", url = "https://g.example/a", commit-id = "main" }\n',
        "pylock.toml:6: the entry of a cannot be read: 'main' is no commit",
    ),
    "a directory outside": (
        HEAD + '[[packages]]\nname = "a"\ndirectory = { path = "../a" }\n',
        "pylock.toml:6: ../a lies outside of the project's repository, or holds no project",
    ),
    "nonsense for an environment": (HEAD + 'environments = ["on tuesdays"]\n' + IDNA, "pylock.toml: it is not as PEP 751 says: 'on tuesdays' is no marker"),
    "nonsense for a Python": (HEAD.replace(">=3.11", "three") + IDNA, "pylock.toml: it is not as PEP 751 says: invalid specifier"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_broken(text: str, message: str):
    with pytest.raises(ProjectError) as caught:
        lock(text)
    assert str(caught.value).startswith(message)
    assert caught.value.hint


STALE = {
    "another specifier": ("idna>=4", "pylock.toml is stale: the project asks for idna>=4, and it has 3.7"),
    "a dependency more": ("six", "pylock.toml is stale: the project asks for six, which it does not have"),
}


@pytest.mark.parametrize(("wish", "what"), STALE.values(), ids=STALE)
def test_stale(wish: str, what: str):
    with pytest.raises(ProjectError) as caught:
        lock(HEAD + 'created-by = "uv"\n' + IDNA, **{"pyproject.toml": PROJECT.replace("idna>=3", wish)})
    assert (caught.value.what, caught.value.hint) == (what, "write it anew with uv")


def test_no_credentials_are_kept():
    assert "secret" not in repr(lock(HEAD + IDNA))


def test_a_byte_order_mark_and_carriage_returns_are_nothing_special():
    assert str(lock("\ufeff" + (HEAD + IDNA).replace("\n", "\r\n")).distributions[0].at) == "pylock.toml:7"
