"""What stops the reading of a project: one error, with its place and what to do next."""

from pathlib import Path

import pytest

from pottle.errors import ProjectError
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

GOLDEN = Path(__file__).parent / "errors.txt"
PROJECT = '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["idna>=3"]\n'
HASH = "0" * 64
LOCK = f"""version = 1
requires-python = ">=3.11"

[[package]]
name = "idna"
version = "3.7"
source = {{ registry = "https://index.example/simple" }}
wheels = [
    {{ url = "https://files.example/idna-3.7-py3-none-any.whl", hash = "sha256:{HASH}", size = 1 }},
]

[[package]]
name = "p"
version = "1"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "idna" }},
]

[package.metadata]
requires-dist = [{{ name = "idna", specifier = ">=3" }}]
"""


def locked(lock: str | bytes = LOCK, project: str | bytes = PROJECT) -> dict[str, str | bytes]:
    return {"pyproject.toml": project, "uv.lock": lock, "main.py": "print()"}


def edited(old: str, new: str) -> dict[str, str | bytes]:
    assert old in LOCK + PROJECT
    return locked(LOCK.replace(old, new), PROJECT.replace(old, new) if old in PROJECT and old not in LOCK else PROJECT)


def required(text: str, **files: str) -> dict[str, str | bytes]:
    return {"requirements.txt": text, **{name.replace("__", "."): content for name, content in files.items()}}


def ryes(text: str) -> dict[str, str | bytes]:
    return {
        "requirements.lock": text,
        "pyproject.toml": PROJECT.replace("idna>=3", "idna" if "six" in text else "idna>=3") + "[tool.rye]\n",
    }


STOPS: dict[str, dict[str, str | bytes]] = {
    "no files": {},
    "no python": {"index.html": "<p>"},
    "pyproject is not TOML": {"pyproject.toml": '[project]\nname = "p\n'},
    "pyproject is not UTF-8": {"pyproject.toml": b'[project]\nname = "p"\n# caf\xe9\n'},
    "pyproject is UTF-16": {"pyproject.toml": '[project]\nname = "p"\n'.encode("utf-16")},
    "project without a name": {"pyproject.toml": '[project]\nversion = "1"\n'},
    "project without a version": {"pyproject.toml": '[project]\nname = "p"\n'},
    "name is no name": {"pyproject.toml": '[project]\nname = "-p-"\nversion = "1"\n'},
    "version is no version": {"pyproject.toml": '[project]\nname = "p"\nversion = "one"\n'},
    "version static and dynamic": {"pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndynamic = ["version"]\n'},
    "dependencies static and dynamic": {"pyproject.toml": PROJECT + 'dynamic = ["dependencies"]\n'},
    "dependencies are text": {"pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndependencies = "idna"\n'},
    "dependency is no requirement": {"pyproject.toml": PROJECT.replace("idna>=3", "idna => 3")},
    "dependency is a number": {"pyproject.toml": PROJECT.replace('"idna>=3"', "3")},
    "requires-python is no specifier": {"pyproject.toml": PROJECT.replace(">=3.11", "three")},
    "script without a target": {"pyproject.toml": PROJECT + '[project.scripts]\nrun = "main"\n'},
    "build-system without requires": {
        "pyproject.toml": PROJECT + '[build-system]\nbuild-backend = "hatchling.build"\n'
    },
    "python-version names another implementation": {".python-version": "# ours\npypy3.10\n", "main.py": ""},
    "lock is not TOML": locked(LOCK[:300]),
    "lock without a version": edited("version = 1\nrequires", "requires"),
    "lock of a later format": edited("version = 1\nrequires", "version = 2\nrequires"),
    "lock without pyproject": {"uv.lock": LOCK},
    "lock without the project": edited('virtual = "."', 'registry = "https://index.example/simple"'),
    "lock entry without a name": edited('name = "idna"\nversion', "version"),
    "lock entry with a number for a name": edited('name = "idna"\nversion', "name = 3\nversion"),
    "lock entry without a source": edited('source = { registry = "https://index.example/simple" }\n', ""),
    "lock entry from nowhere": edited('{ registry = "https://index.example/simple" }', '{ ftp = "x" }'),
    "lock entry with a broken version": edited('"3.7"', '"three"'),
    "lock entry with a short hash": edited(HASH, "00"),
    "lock with nonsense for a marker": edited('{ name = "idna" },', '{ name = "idna", marker = "on tuesdays" },'),
    "lock edge that leads nowhere": edited('    { name = "idna" },', '    { name = "gone" },'),
    "lock whose packages are no list": locked("version = 1\npackage = 3\n"),
    "lock whose metadata are edited": edited('{ name = "idna", specifier', "{ specifier"),
    "stale: another specifier": edited('"idna>=3"', '"idna>=4"'),
    "stale: another dependency": edited('"idna>=3"', '"idna>=3", "six"'),
    "stale: a dependency less": edited('["idna>=3"]', "[]"),
    "stale: another marker": edited('"idna>=3"', "\"idna>=3; sys_platform == 'linux'\""),
    "stale: another Python": locked(project=PROJECT.replace(">=3.11", ">=3.12")),
    "stale: another name": locked(project=PROJECT.replace('"p"', '"q"')),
    "stale: another source": locked(
        project=PROJECT + '[tool.uv.sources]\nidna = { git = "https://git.example/idna" }\n'
    ),
    "stale: another group": locked(project=PROJECT + '[dependency-groups]\ndev = ["six"]\n'),
    "stale: a constraint": locked(project=PROJECT + '[tool.uv]\nconstraint-dependencies = ["six<2"]\n'),
    "group that includes itself": locked(project=PROJECT + '[dependency-groups]\na = [{include-group = "a"}]\n'),
    "group that is missing": locked(project=PROJECT + '[dependency-groups]\na = [{include-group = "b"}]\n'),
    "requirements include themselves": required("-r other.txt\n", other__txt="\n-r requirements.txt\n"),
    "requirements include what is missing": required("idna\n-r gone.txt\n"),
    "requirements lead out": required("-r ../other.txt\n"),
    "requirement lies outside": required("-e ../other\n"),
    "requirement is nonsense": required("idna==3.7\nidna = 3\n"),
    "requirement with a weak hash": required("idna==3.7 --hash=md5:0123456789abcdef\n"),
    "requirements with an unknown option": required("--frobnicate\n"),
    "requirement without a name": required("https://user:secret@files.example/archive.tar.gz\n"),
    "requirement is an empty directory": required("./lib\n"),
    "requirements with a lone quotation mark": required('--index-url "https://index.example\n'),
    "requirement with nonsense for a marker": required("idna\n./lib ; on tuesdays\n"),
    "requirements from an address": required("-r https://user:secret@files.example/list.txt\n"),
    "requirements are Latin-1": {"requirements.txt": b"idna\n# caf\xe9\n"},
    "rye: a dependency more": ryes("-e file:.\nsix==1.17\n"),
    "rye: another specifier": ryes("-e file:.\nidna==2.0\n"),
    "rye: cut off": ryes("-e file:.\nidna==3.7 \\\n    --ha"),
    "rye: a short hash": ryes("-e file:.\nidna==3.7 \\\n    --hash=sha256:00"),
    "requirements are UTF-16": {"requirements.txt": "idna\n".encode("utf-16")},
}


def message(files: dict[str, str | bytes]) -> str:
    with pytest.raises(ProjectError) as caught:
        read_project(DictTree(files))
    return str(caught.value)


def goldens() -> dict[str, str]:
    return dict(line.split(" | ", 1) for line in GOLDEN.read_text().splitlines())


@pytest.mark.parametrize("case", STOPS)
def test_what_stops_says_what_where_and_what_next(case: str):
    assert message(STOPS[case]) == goldens()[case]


def test_every_golden_message_has_its_case():
    assert set(goldens()) == set(STOPS)


def test_secrets_in_urls_are_never_shown():
    assert "secret" not in "".join(goldens().values())


@pytest.mark.parametrize(
    "files",
    {
        "as it is": locked(),
        "with a byte order mark": locked(LOCK, b"\xef\xbb\xbf" + PROJECT.encode()),
        "with carriage returns": locked(LOCK.replace("\n", "\r\n"), PROJECT.replace("\n", "\r\n")),
        "name spelled otherwise": locked(project=PROJECT.replace('"p"', '"P"')),
        "specifier spelled otherwise": locked(
            LOCK.replace('">=3"', '">=3,<4"'), PROJECT.replace("idna>=3", "Idna <4, >=3")
        ),
        "marker that says the same": locked(
            LOCK.replace('specifier = ">=3"', 'marker = "python_full_version >= \'3.8\'", specifier = ">=3"'),
            PROJECT.replace("idna>=3", "idna>=3; python_version > '3.7'"),
        ),
    }.values(),
)
def test_a_fresh_lock_is_read(files: dict[str, str | bytes]):
    facts = read_project(DictTree(files))
    assert facts.lock is not None
    assert [edge.name for edge in facts.lock.roots] == ["idna"]
    assert facts.lock.distributions[0].wheels[0].sha256 == HASH


def test_uv_lock_outranks_requirements_txt():
    facts = read_project(DictTree({**locked(), "requirements.txt": "six\n"}))
    assert facts.lock is not None
    assert facts.lock.format == "uv"


def test_a_project_without_anything_is_nameless():
    assert read_project(DictTree({"main.py": "print()"})).name.value == "app"
