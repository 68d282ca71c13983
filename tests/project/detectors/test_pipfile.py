"""`Pipfile` without a lock."""

import pytest

from pottle.errors import ProjectError
from pottle.project import requirement
from pottle.project.clues import Direct, Said
from pottle.project.detectors.pipfile import detect
from pottle.project.facts import Lock, LockedDistribution
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

SOURCE = '[[source]]\nname = "own"\nurl = "https://u:secret@index.example/simple"\nverify_ssl = true\n'
SECOND = SOURCE.replace("own", "second").replace("index.example", "second.example")


def clues(text: str, **more: str):
    return list(detect(Survey(DictTree({"Pipfile": text, **more})), "Pipfile"))


def lock(text: str, **more: str) -> Lock:
    return next(clue for clue in clues(text, **more) if isinstance(clue, Lock))


def only(entry: str, **more: str) -> tuple[str, LockedDistribution]:
    found = lock(f"{SOURCE}{SECOND}[packages]\n{entry}\n", **more)
    (root,) = found.roots
    marker = f"; {root.marker}" if root.marker else ""
    extras = f"[{','.join(root.extras)}]" if root.extras else ""
    return f"{root.name}{extras}{root.specifier or ''}{marker}", found.distributions[0]


READS = {
    "any": ('Flask = "*"', "flask"),
    "a specifier": ('flask = ">=3, <4"', "flask<4,>=3"),
    "a table": ('flask = {version = "==3.1.2", extras = ["async"]}', "flask[async]==3.1.2"),
    "a marker": ("flask = {markers = \"python_version < '3.13'\"}", 'flask; python_version < "3.13"'),
    "a marker in pieces": (
        'flask = {version = "*", sys_platform = "== \'linux\'", python_version = "< \'3.13\'"}',
        'flask; sys_platform == "linux" and python_version < "3.13"',
    ),
    "nothing but an index": ('flask = {index = "second"}', "flask"),
}


@pytest.mark.parametrize(("entry", "expected"), READS.values(), ids=READS)
def test_reads(entry: str, expected: str):
    assert only(entry)[0] == expected


COMMIT = "0123456789abcdef0123456789abcdef01234567"
LIB = {"lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n'}
FROM = {
    "the first index": ('lib = "*"', "registry", "https://index.example/simple"),
    "a named index": ('lib = {version = "*", index = "second"}', "registry", "https://second.example/simple"),
    "a branch": ('lib = {git = "https://u:p@git.example/lib.git", ref = "main"}', "vcs", "git+https://git.example/lib.git@main"),
    "by ssh": ('lib = {git = "git@git.example:lib.git"}', "vcs", "git+ssh://git@git.example/lib.git"),
    "a directory": ('lib = {path = "./lib", editable = true}', "directory", "lib"),
    "a file": ('lib = {path = "lib-1-py3-none-any.whl"}', "path", "lib-1-py3-none-any.whl"),
    "a URL": ('lib = {file = "https://files.example/lib-1-py3-none-any.whl"}', "url", "https://files.example/lib-1-py3-none-any.whl"),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "source", "place"), FROM.values(), ids=FROM)
def test_where_it_comes_from(entry: str, source: str, place: str):
    found = only(entry, **LIB)[1]
    assert (found.name, found.source, found.source_id) == ("lib", source, place)


def test_a_commit_is_a_pin():
    found = only(f'lib = {{git = "https://git.example/lib", ref = "{COMMIT}", subdirectory = "py"}}')[1]
    assert found.repository is not None
    assert (found.repository.commit, found.repository.subdirectory) == (COMMIT, "py")


def test_other_categories_are_groups():
    found = lock('[packages]\na = "*"\n[dev-packages]\nb = "*"\n[docs]\nc = "*"\n[scripts]\nd = "e"\n')
    assert [root.name for root in found.roots] == ["a"]
    assert {name: [d.name for d in more] for name, more in found.groups} == {"dev-packages": ["b"], "docs": ["c"]}


def test_it_is_pipenvs_and_resolved_anew_which_is_said():
    found = clues('[packages]\na = "*"\n')
    assert next(clue.value for clue in found if isinstance(clue, Said)) == "pipenv"
    assert "pipenv lock" in [clue.value for clue in found if isinstance(clue, Said)][-1]
    assert [str(clue.dependency.at) for clue in found if isinstance(clue, Direct)] == ["Pipfile:2"]


def test_no_credentials_are_kept():
    found = clues(f'{SOURCE}[packages]\nlib = {{git = "https://u:secret@git.example/lib"}}\n')
    assert "secret" not in repr(found)
    assert [str(clue.at) for clue in found if isinstance(clue, Said) and "credentials" in clue.value] == ["Pipfile:3"]


def test_the_usual_index_is_nobodys_choice():
    usual = SOURCE.replace("index.example", ".".join(requirement.PUBLIC))
    found = lock(f'{usual}{SECOND}[packages]\na = "*"\nb = {{version = "*", index = "own"}}\n')
    assert (found.index, found.extra_indexes) == (None, ("https://second.example/simple",))
    assert {each.source_id for each in found.distributions} == {""}


STOPS = {
    "no specifier": ('[packages]\na = "on tuesdays"\n', "a: 'on tuesdays' is no version specifier", 2),
    "no marker": ('[packages]\na = {markers = "on tuesdays"}\n', "'on tuesdays' is no marker", 2),
    "no table": ('packages = "a"\n', "`packages` has to be a table", 1),
    "no project there": ('[packages]\na = {path = "../a"}\n', "../a lies outside of the project's repository", 2),
}


@pytest.mark.parametrize(("text", "what", "line"), STOPS.values(), ids=STOPS)
def test_stops(text: str, what: str, line: int):
    with pytest.raises(ProjectError) as caught:
        clues(text)
    assert caught.value.what.startswith(what)
    assert caught.value.at is not None
    assert caught.value.at.line == line


def test_stays_quiet_without_the_file():
    assert list(detect(Survey(DictTree({"requirements.txt": "a"})), "Pipfile")) == []
    assert list(detect(Survey(DictTree({"app/Pipfile": "[packages]"})), "Pipfile")) == []
