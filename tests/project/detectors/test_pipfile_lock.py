"""`Pipfile.lock`."""

import json
from typing import Any

import pytest

from pottle.errors import ProjectError
from pottle.project import pipfile
from pottle.project.clues import Direct, Said
from pottle.project.detectors.pipfile_lock import detect
from pottle.project.facts import Lock
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree
from pottle.toml import Document

HASH = "sha256:" + "a" * 64
PIPFILE = '[[source]]\nname = "own"\nurl = "https://u:secret@index.example/simple"\n\n[packages]\nidna = ">=3"\n'
IDNA = {"hashes": [HASH], "index": "own", "version": "==3.7"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def document(default: Any = None, project: str = PIPFILE, **meta: Any) -> str:
    known = {"hash": {"sha256": pipfile.sha256(Document(project, "Pipfile"))}, "pipfile-spec": 6, "requires": {}}
    sources = [{"name": "own", "url": "https://u:secret@index.example/simple", "verify_ssl": True}]
    values = {
        "_meta": {**known, "sources": sources, **meta},
        "default": {"idna": IDNA} if default is None else default,
        "develop": {"pytest": {"hashes": [HASH], "version": "==8.0"}},
    }
    return json.dumps(values, indent=4)


def clues(text: str, project: str = PIPFILE, **more: str):
    return list(detect(Survey(DictTree({"Pipfile.lock": text, "Pipfile": project, **more})), "Pipfile.lock"))


def lock(text: str, project: str = PIPFILE, **more: str) -> Lock:
    return next(clue for clue in clues(text, project, **more) if isinstance(clue, Lock))


def test_a_flat_list_of_roots():
    found = lock(document())
    assert (found.format, found.complete, found.index) == ("pipenv", True, "https://index.example/simple")
    assert [(root.name, str(root.version), str(root.at)) for root in found.roots] == [
        ("idna", "3.7", "Pipfile.lock:17")
    ]
    assert found.distributions[0].hashes == (HASH,)
    assert {name: [root.name for root in more] for name, more in found.groups} == {"dev-packages": ["pytest"]}


def test_what_the_pipfile_names_is_direct():
    default = {"idna": IDNA, "six": {"hashes": [HASH], "version": "==1.17"}}
    assert [clue.dependency.name for clue in clues(document(default)) if isinstance(clue, Direct)] == ["idna"]


@pytest.mark.parametrize(("requires", "expected"), [
    ({"python_version": "3.12"}, "==3.12.*"), ({"python_full_version": "3.12.4"}, "==3.12.4"), ({}, "None"),
])  # fmt: skip
def test_which_python_it_was_made_for(requires: dict[str, str], expected: str):
    assert str(lock(document(requires=requires)).requires_python) == expected


LIB = {"lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n'}
FROM = {
    "a commit": ({"git": "https://u:p@git.example/lib", "ref": COMMIT}, "vcs", f"git+https://git.example/lib@{COMMIT}"),
    "a directory": ({"path": "./lib", "editable": True}, "directory", "lib"),
    "a file": ({"file": "lib-1-py3-none-any.whl", "hashes": [HASH]}, "path", "lib-1-py3-none-any.whl"),
    "a URL": (
        {"file": "https://files.example/lib-1-py3-none-any.whl", "hashes": [HASH]},
        *("url", "https://files.example/lib-1-py3-none-any.whl"),
    ),
}


@pytest.mark.parametrize(("entry", "source", "place"), FROM.values(), ids=FROM)
def test_where_it_comes_from(entry: dict[str, Any], source: str, place: str):
    found = lock(document({"lib": entry, "idna": IDNA}), **LIB)
    assert (found.distributions[0].source, found.distributions[0].source_id) == (source, place)
    assert found.complete


def test_the_project_itself_is_no_distribution():
    found = lock(document({"idna": IDNA, "p": {"path": ".", "editable": True}}))
    assert [root.name for root in found.roots] == ["idna"]


def test_no_credentials_are_kept():
    assert "secret" not in repr(clues(document()))


def test_it_is_the_lock_of_a_project_with_a_pipfile():
    facts = read_project(DictTree({"Pipfile": PIPFILE, "Pipfile.lock": document(), "requirements.txt": "six"}))
    assert (facts.package_manager.value, facts.lock and facts.lock.format) == ("pipenv", "pipenv")
    assert [warning.value for warning in facts.warnings] == [
        "the credentials in this index URL are not used: keep them in netrc or in the environment"
    ]


# --- freshness ------------------------------------------------------------------------------------

OTHERWISE = {
    "another spelling": ('idna = ">=3"', 'Idna = {version = ">=3"}'),
    "a bound that holds as well": ('">=3"', '"~=3.5"'),
    "development": ("[packages]", '[dev-packages]\nruff = "*"\n\n[packages]'),
    "scripts": ("[packages]", '[scripts]\nx = "y"\n\n[packages]'),
}


@pytest.mark.parametrize(("old", "new"), OTHERWISE.values(), ids=OTHERWISE)
def test_what_means_the_same_is_fresh(old: str, new: str):
    assert old in PIPFILE
    assert lock(document(), PIPFILE.replace(old, new)).complete


STALE = {
    "another specifier": ('">=3"', '">=4"', "the Pipfile asks for idna>=4, and it has 3.7", "Pipfile:6"),
    "a package more": ("idna", 'six = "*"\nidna', "the Pipfile asks for six, and it was made without that", "Pipfile:6"),
    "a package less": ('idna = ">=3"', "", "it was made for idna, and the Pipfile no longer asks for that", "Pipfile:5"),
    "another place": ('">=3"', '{git = "https://git.example/i"}', "the Pipfile asks for idna from another place", "Pipfile:6"),
    "another Python": (
        "[packages]", '[requires]\npython_version = "3.12"\n[packages]',
        "it was made for Python any, and the Pipfile asks for 3.12", "Pipfile:6",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what", "at"), STALE.values(), ids=STALE)
def test_what_does_not_is_stale(old: str, new: str, what: str, at: str):
    with pytest.raises(ProjectError) as caught:
        lock(document(), PIPFILE.replace(old, new))
    assert (caught.value.what, str(caught.value.at)) == (f"Pipfile.lock is stale: {what}", at)


def test_without_a_pipfile_there_is_nothing_to_compare():
    found = list(detect(Survey(DictTree({"Pipfile.lock": document()})), "Pipfile.lock"))
    assert [clue.dependency.name for clue in found if isinstance(clue, Direct)] == ["idna"]


# --- what is broken -------------------------------------------------------------------------------

BROKEN = {
    "cut off": (document()[:300], "this is not JSON: unterminated string starting at", "Pipfile.lock:11"),
    "empty": ("", "this is not JSON: expecting value", "Pipfile.lock:1"),
    "no lock": ("{}", "this is no lock of pipenv: it has no `_meta`", "Pipfile.lock:1"),
    "a list": ("[]", "this is no lock of pipenv: it has no `_meta`", "Pipfile.lock:1"),
    "a later format": (document(**{"pipfile-spec": 7}), "the lock has format version 7, and only 6 is known", "Pipfile.lock:6"),
    "no version": (document({"idna": {"hashes": [HASH]}}), "the lock has no version of idna", "Pipfile.lock:17"),
    "no hash": (document({"idna": {"version": "==3.7"}}), "the lock has no whole sha256 hash of idna", "Pipfile.lock:17"),
    "a short hash": (
        document({"idna": {"version": "==3.7", "hashes": ["sha256:00"]}}), "the lock has no whole sha256 hash of idna",
        "Pipfile.lock:17",
    ),
    "hashes of no text": (document({"idna": {"hashes": [3]}}), "the hashes of idna are no list of texts", "Pipfile.lock:17"),
    "nonsense for a marker": (document({"idna": IDNA | {"markers": "on tuesdays"}}), "'on tuesdays' is no marker", "Pipfile.lock:17"),
    "nonsense for a version": (document({"idna": IDNA | {"version": "three"}}), "idna: 'three' is no version specifier", "Pipfile.lock:17"),
    "an entry of text": (document({"idna": "==3"}), "the entry of idna is no table", "Pipfile.lock:17"),
    "a category of text": (document("idna"), "`default` has to be a table", "Pipfile.lock:16"),
    "a directory outside": (document({"idna": {"path": "../x"}}), "../x lies outside of the project's repository, or holds no project", "Pipfile.lock:17"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "what", "at"), BROKEN.values(), ids=BROKEN)
def test_broken(text: str, what: str, at: str):
    with pytest.raises(ProjectError) as caught:
        lock(text, "[packages]\n")
    assert (caught.value.what, str(caught.value.at)) == (what, at)
    assert caught.value.hint


def test_a_byte_order_mark_and_carriage_returns_are_nothing_special():
    text = b"\xef\xbb\xbf" + document().replace("\n", "\r\n").encode()
    facts = read_project(DictTree({"Pipfile": PIPFILE.replace("\n", "\r\n"), "Pipfile.lock": text}))
    assert facts.lock is not None
    assert str(facts.lock.roots[0].at) == "Pipfile.lock:17"


def test_stays_quiet_without_the_file():
    assert list(detect(Survey(DictTree({"Pipfile": PIPFILE})), "Pipfile.lock")) == []
    assert not [clue for clue in clues(document()) if isinstance(clue, Said) and "stale" in clue.value]
