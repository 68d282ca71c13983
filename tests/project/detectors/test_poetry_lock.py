"""The graph of poetry.lock, for what pyproject.toml asks for."""

import hashlib
from collections.abc import Mapping

import pytest
from tests.effort import effort

from pottle.errors import ProjectError
from pottle.project.clues import Said
from pottle.project.detectors.poetry_lock import FORMAT, detect
from pottle.project.facts import Lock, LockedDistribution, Repository
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

HASH = "0" * 64
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEAD = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
METADATA = '[metadata]\nlock-version = "2.1"\npython-versions = "^3.11"\ncontent-hash = ""\n'
ASK = 'a = "*"\n'


def package(name: str, version: str = "1.0", rest: str = "", *, files: str | None = None) -> str:
    listed = f'{{file = "{name}-{version}-py3-none-any.whl", hash = "sha256:{HASH}"}}' if files is None else files
    head = f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\npython-versions = ">=3.8"\n'
    return f"{head}files = [\n    {listed}\n]\n{rest}\n"


def read(
    *packages: str, asks: str = ASK, metadata: str = METADATA, head: str = HEAD, more: Mapping[str, str] | None = None
) -> Lock:
    files = {"pyproject.toml": head + asks, "poetry.lock": "".join(packages) + metadata, **(more or {})}
    clues = list(detect(Survey(DictTree(files)), "poetry.lock"))
    return next(clue for clue in clues if isinstance(clue, Lock))


def only(lock: Lock) -> LockedDistribution:
    (found,) = lock.distributions
    return found


def test_who_manages_it_is_said():
    files = {"pyproject.toml": HEAD + ASK, "poetry.lock": package("a") + METADATA}
    first = next(detect(Survey(DictTree(files)), "poetry.lock"))
    assert first == Said("package_manager", "poetry", first.at)  # type: ignore[union-attr]


def test_a_distribution_has_its_files_and_their_hashes_but_no_place():
    files = (
        f'{{file = "a-1.0-cp313-cp313-manylinux_2_17_x86_64.whl", hash = "sha256:{HASH}"}},\n'
        f'    {{file = "a-1.0-py2.7.egg", hash = "sha256:{HASH}"}},\n'
        f'    {{file = "a-1.0-py3-none-any.whl", hash = "md5:0"}},\n    {{file = "a-1.0.tar.gz", hash = "sha256:{HASH}"}},'
    )
    found = only(read(package("a", files=files)))
    assert [(w.filename, w.url, w.sha256) for w in found.wheels] == [
        ("a-1.0-cp313-cp313-manylinux_2_17_x86_64.whl", None, HASH),
        ("a-1.0-py3-none-any.whl", None, None),
    ]
    assert found.sdist is not None
    assert found.sdist.filename == "a-1.0.tar.gz"
    assert (found.source, found.source_id, str(found.at)) == ("registry", "", "poetry.lock:2")


SOURCES = {
    "legacy": (
        'type = "legacy"\nurl = "https://me:secret@index.example/simple/"\nreference = "ours"',
        ("registry", "https://index.example/simple"),
    ),
    "git": (
        f'type = "git"\nurl = "https://me:secret@git.example/a.git"\nreference = "v1"\nresolved_reference = "{COMMIT}"',
        ("vcs", f"https://git.example/a.git#{COMMIT}"),
    ),
    "git over ssh": (
        f'type = "git"\nurl = "git@git.example:a/b.git"\nresolved_reference = "{COMMIT}"\nsubdirectory = "py"',
        ("vcs", f"ssh://git@git.example/a/b.git?subdirectory=py#{COMMIT}"),
    ),
    "url": (
        'type = "url"\nurl = "https://me:secret@files.example/a-1.0-py3-none-any.whl"',
        ("url", "https://files.example/a-1.0-py3-none-any.whl"),
    ),
    "file": ('type = "file"\nurl = "wheels/a-1.0-py3-none-any.whl"', ("path", "wheels/a-1.0-py3-none-any.whl")),
    "directory": ('type = "directory"\nurl = "libs/a"', ("directory", "libs/a")),
}


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=SOURCES)
def test_sources(source: str, expected: tuple[str, str]):
    origin = {"vcs": '{ git = "x" }', "url": '{ url = "x" }', "path": '{ path = "x" }', "directory": '{ path = "x" }'}
    asks = f"a = {origin.get(expected[0], chr(34) + '*' + chr(34))}\n"
    if expected[0] == "vcs":
        asks = f'a = {{ git = "{expected[1].partition("#")[0].partition("?")[0]}" }}\n'
    library = {"libs/a/pyproject.toml": '[build-system]\nbuild-backend = "hatchling.build"\n'}
    found = only(read(package("a", rest=f"\n[package.source]\n{source}\n"), asks=asks, more=library))
    assert (found.source, found.source_id) == expected
    assert "secret" not in str(found)


def test_a_repository_is_a_commit():
    source = f'\n[package.source]\ntype = "git"\nurl = "git@git.example:a.git"\nresolved_reference = "{COMMIT}"\n'
    found = only(read(package("a", rest=source), asks='a = { git = "ssh://git@git.example/a.git" }\n'))
    assert found.repository == Repository("ssh://git@git.example/a.git", COMMIT)


def test_a_wheel_at_a_url_and_one_in_the_tree_lie_there():
    url = "https://files.example/a-1.0-py3-none-any.whl"
    for kind, place, asks in (("url", url, f'{{ url = "{url}" }}'), ("file", "w/a.whl", '{ path = "w/a.whl" }')):
        source = f'\n[package.source]\ntype = "{kind}"\nurl = "{place}"\n'
        assert only(read(package("a", rest=source), asks=f"a = {asks}\n")).wheels[0].url == place


def test_another_project_of_the_repository_says_how_it_is_built():
    source = 'develop = true\n\n[package.source]\ntype = "directory"\nurl = "../a"\n'
    files = {
        "web/pyproject.toml": HEAD + 'a = { path = "../a", develop = true }\n',
        "web/poetry.lock": package("a", rest=source, files="") + METADATA,
        "a/pyproject.toml": '[build-system]\nbuild-backend = "hatchling.build"\n',
    }
    clues = detect(Survey(DictTree(files, directory="web")), "poetry.lock")
    lock = next(clue for clue in clues if isinstance(clue, Lock))
    found = only(lock)
    assert (found.source, found.source_id, found.backend) == ("editable", "../a", "hatchling.build")
    assert lock.members == ("../a",)


def test_edges_have_their_line_marker_and_extras():
    rest = (
        '\n[package.dependencies]\nb = ">=1"\n"c.d" = {version = "*", extras = ["X_y"], markers = "python_version < \\"3.12\\""}\n'
        'gone = {version = "*", markers = "sys_platform == \\"win32\\""}\n'
    )
    found = read(package("a", rest=rest), package("b"), package("c.d")).distributions[0]
    b, cd, gone = found.dependencies
    assert (b.name, b.marker, b.at.line) == ("b", None, 11)
    assert (cd.name, cd.extras, str(cd.marker), cd.at.line) == ("c-d", ("x-y",), 'python_version < "3.12"', 12)
    assert gone.name == "gone"  # nothing of it is locked, since no environment of the project has it


def test_what_is_for_an_extra_alone_is_found_by_name_where_no_marker_says_so():
    rest = '\n[package.dependencies]\nb = {version = "*", optional = true}\n\n[package.extras]\nfast = ["b (>=1)", "c[x]"]\n'
    found = read(package("a", rest=rest), package("b")).distributions[0]
    assert found.dependencies == ()
    assert [(extra, [edge.name for edge in edges]) for extra, edges in found.optional] == [("fast", ["b"])]


def test_of_two_versions_the_constraint_decides_and_what_it_leaves_open_is_left_open():
    rest = '\n[package.dependencies]\nn = [\n    {version = "<2", markers = "python_version < \\"3.12\\""},\n    {version = ">=1"},\n]\n'
    found = read(package("a", rest=rest), package("n", "1.0"), package("n", "2.0")).distributions[0]
    exact, open_ = found.dependencies
    assert (str(exact.version), exact.specifier) == ("1.0", None)
    assert (open_.version, str(open_.specifier)) == (None, "")
    lock = read(package("n", "1.0"), package("n", "2.0"), package("n", "3.0"), asks='n = ">=2"\n')
    assert [str(edge.specifier) for edge in lock.roots] == ["!=1.0"]


def test_of_two_indexes_the_name_decides():
    source = '\n[package.source]\ntype = "legacy"\nurl = "https://index.example/cpu"\nreference = "cpu"\n'
    both = (package("t", "2.0"), package("t", "2.0", rest=source))
    assert read(*both, asks='t = { version = "2.0", source = "cpu" }\n').roots[0].source == "https://index.example/cpu"
    assert read(*both, asks='t = { version = "2.0", source = "PyPI" }\n').roots[0].source == ""


MARKERS = {
    "one for all groups": ('markers = "python_version < \\"3.12\\""\n', ['python_version < "3.12"']),
    "one for each group": (
        'groups = ["main", "dev"]\nmarkers = {main = "os_name == \\"nt\\"", dev = "os_name == \\"java\\""}\n',
        ['os_name == "nt"'],
    ),
    "main has none": ('groups = ["main", "dev"]\nmarkers = {dev = "os_name == \\"nt\\""}\n', []),
    "not in main": ('groups = ["dev"]\nmarkers = {dev = "os_name == \\"nt\\""}\n', ['os_name == "nt"']),
}


@pytest.mark.parametrize(("rest", "expected"), MARKERS.values(), ids=MARKERS)
def test_an_entry_says_when_it_counts(rest: str, expected: list[str]):
    assert [str(marker) for marker in only(read(package("a", rest=rest))).markers] == expected


def test_among_several_of_older_locks_python_does():
    found = read(package("a", "1.0"), package("a", "2.0").replace(">=3.8", ">=3.12")).distributions
    assert [[str(m) for m in each.markers] for each in found] == [
        ['python_full_version >= "3.8"'],
        ['python_full_version >= "3.12"'],
    ]


# --- Poetry 1.0 and 1.1 ---------------------------------------------------------------------------

FIRST = f"""[[package]]
category = "main"
name = "Click.Thing"
optional = false
python-versions = "*"
version = "7.0"

[package.dependencies]
colorama = "*"

[package.dependencies.toml]
python = "<3.12"
version = ">=0.9"

[[package]]
category = "main"
marker = "sys_platform == \\"win32\\" and extra == \\"x\\""
name = "colorama"
optional = false
python-versions = "*"
version = "0.4.1"

[[package]]
category = "main"
name = "toml"
optional = false
python-versions = "*"
version = "0.10.0"

[[package]]
category = "main"
name = "toml"
optional = false
python-versions = "*"
version = "0.10.0.post1"

[metadata]
content-hash = ""
python-versions = "^3.11"

[metadata.files]
"Click.Thing" = [
    {{file = "Click_Thing-7.0-py2.py3-none-any.whl", hash = "sha256:{HASH}"}},
]
colorama = []
toml = [
    {{file = "toml-0.10.0-py3-none-any.whl", hash = "sha256:{HASH}"}},
    {{file = "toml-0.10.0.post1-py3-none-any.whl", hash = "sha256:{HASH}"}},
    {{file = "toml-0.10.0.post1.tar.gz", hash = "sha256:{HASH}"}},
    {{file = "odd.whl", hash = "sha256:{HASH}"}},
]
"""


def test_the_first_format_has_files_apart_and_markers_on_entries():
    lock = read(FIRST, asks='"click.thing" = "*"\n', metadata="")
    click, colorama, toml, post = lock.distributions
    assert [w.filename for w in click.wheels] == ["Click_Thing-7.0-py2.py3-none-any.whl"]
    assert [w.filename for w in (*toml.wheels, *post.wheels)] == [
        "toml-0.10.0-py3-none-any.whl",
        "toml-0.10.0.post1-py3-none-any.whl",
    ]
    assert (toml.sdist, post.sdist is not None, colorama.wheels) == (None, True, ())
    to_colorama, to_toml = click.dependencies
    assert str(to_colorama.marker) == 'sys_platform == "win32" and python_version >= "0"'
    assert to_colorama.at.line == 9
    assert (str(to_toml.marker), to_toml.at.line) == ('python_full_version < "3.12"', 11)


def test_what_older_locks_never_hold_is_left_to_the_index_and_that_is_said():
    rest = '\n[package.dependencies]\nsetuptools = ">=3.0"\n'
    files = {"pyproject.toml": HEAD + ASK, "poetry.lock": package("a", rest=rest) + METADATA.replace("2.1", "1.1")}
    clues = list(detect(Survey(DictTree(files)), "poetry.lock"))
    lock = next(clue for clue in clues if isinstance(clue, Lock))
    assert [(d.name, d.version) for d in lock.distributions[1:]] == [("setuptools", None)]
    (said,) = [clue for clue in clues if isinstance(clue, Said) and clue.subject == "unpinned"]
    assert (said.value.partition(",")[0], said.at.line) == ("setuptools is in no lock of Poetry before 1.3", 11)


def test_and_it_is_not_said_of_what_only_development_needs():
    rest = '\n[package.dependencies]\nsetuptools = "*"\n'
    asks = ASK + '[tool.poetry.dev-dependencies]\nb = "*"\n'
    files = {
        "pyproject.toml": HEAD + asks,
        "poetry.lock": package("a") + package("b", rest=rest) + METADATA.replace("2.1", "1.1"),
    }
    assert [c.subject for c in detect(Survey(DictTree(files)), "poetry.lock") if isinstance(c, Said)] == [
        "package_manager"
    ]


# --- what the project asks for --------------------------------------------------------------------


def test_groups_are_never_among_the_roots():
    asks = (
        ASK + 'b = { version = "*", optional = true }\n[tool.poetry.extras]\nFast = ["b"]\n'
        '[tool.poetry.group.dev.dependencies]\nc = "*"\n'
    )
    lock = read(package("a"), package("b"), package("c"), asks=asks)
    assert [edge.name for edge in lock.roots] == ["a"]
    assert [(name, [edge.name for edge in edges]) for name, edges in lock.extras] == [("fast", ["b"])]
    assert [(name, [edge.name for edge in edges]) for name, edges in lock.groups] == [("dev", ["c"])]


def test_the_project_itself_is_in_no_lock():
    rest = '\n[package.dependencies]\nshop = "*"\n'
    assert read(package("a", rest=rest)).distributions[0].dependencies == ()


# --- stale or not ---------------------------------------------------------------------------------

FRESH = {
    "nothing but the hash": ASK,
    "an entry that is not wanted any more": "",
    "for another Python": 'a = "*"\nold = { version = "*", python = "<3.11" }\n',
    "for a marker that never holds": 'a = "*"\nold = { version = "*", markers = "sys_platform == \'cygwin\'" }\n',
    "a pre-release": 'a = "^1.0 || ^0.9"\n',
}


@pytest.mark.parametrize("asks", FRESH.values(), ids=FRESH)
def test_a_difference_that_means_nothing_is_none(asks: str):
    assert read(package("a"), asks=asks).complete


STALE = {
    "another dependency": ('a = "*"\nb = "^1.0"\n', "the project asks for b ^1.0, and it was made without that", 6),
    "another constraint": ('a = "^2.0"\n', "the project asks for a ^2.0, and it holds 1.0", 5),
    "another source": (
        'a = { version = "*", source = "ours" }\n',
        "the project asks for a, and it holds 1.0 from PyPI",
        5,
    ),
    "another origin": (
        'a = { git = "https://git.example/a" }\n',
        "the project asks for a from https://git.example/a, and it holds 1.0 from an index",
        5,
    ),
    "another group": (
        'a = "*"\n[tool.poetry.group.dev.dependencies]\nb = "*"\n',
        "the project asks for b, and it was made without that",
        7,
    ),
    "for a Python that counts": (
        'a = "*"\nnew = { version = "*", python = ">=3.13" }\n',
        "the project asks for new, and it was made without that",
        6,
    ),
}


@pytest.mark.parametrize(("asks", "what", "line"), STALE.values(), ids=STALE)
def test_a_difference_in_meaning_stops_at_its_line(asks: str, what: str, line: int):
    with pytest.raises(ProjectError) as caught:
        read(package("a"), asks=asks)
    assert caught.value.what == f"poetry.lock is stale: {what}"
    assert str(caught.value.at) == f"pyproject.toml:{line}"
    assert caught.value.hint == "run `poetry lock`"


def test_another_python_makes_it_stale_and_a_narrower_one_does_not():
    assert read(package("a"), head=HEAD.replace("^3.11", ">=3.12,<3.14")).complete
    with pytest.raises(ProjectError, match=r"it was made for Python <4,>=3\.11, and the project") as caught:
        read(package("a"), head=HEAD.replace("^3.11", ">=3.10"))
    assert caught.value.at is not None
    assert caught.value.at.line == 4


HASHED = {
    "Poetry 1": (
        '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3.11"\ngone = "^1"\n',
        '{"dependencies": {"gone": "^1", "python": "^3.11"}, "dev-dependencies": null, "extras": null, "source": null}',
    ),
    "Poetry 1.2, with groups": (
        '[tool.poetry.dependencies]\ngone = "*"\n[tool.poetry.group.d.dependencies]\nx = "*"\n',
        '{"dependencies": {"gone": "*"}, "dev-dependencies": null, "extras": null, "group": {"d": {"dependencies": {"x": "*"}}}, "source": null}',
    ),
    "Poetry 2": (
        '[project]\nname = "x"\nrequires-python = ">=3.11"\ndependencies = ["gone"]\n[tool.poetry]\npackages = []\n',
        '{"project": {"dependencies": ["gone"], "requires-python": ">=3.11"}, "tool": {"poetry": {}}}',
    ),
    "Poetry 2.3, with the groups of PEP 735": (
        '[project]\nname = "x"\ndependencies = ["gone"]\n[dependency-groups]\ndev = ["x"]\n',
        '{"dependency-groups": {"dev": ["x"]}, "project": {"dependencies": ["gone"]}, "tool": {"poetry": {}}}',
    ),
    "before that, without them": (
        '[project]\nname = "x"\ndependencies = ["gone"]\n[dependency-groups]\ndev = ["x"]\n',
        '{"project": {"dependencies": ["gone"]}, "tool": {"poetry": {}}}',
    ),
}


@pytest.mark.parametrize(("project", "hashed"), HASHED.values(), ids=HASHED)
def test_poetrys_own_hash_is_believed(project: str, hashed: str):
    """What is hashed was compared with the locks in Poetry's own repository, from its first to its last."""
    metadata = METADATA.replace('content-hash = ""', f'content-hash = "{hashlib.sha256(hashed.encode()).hexdigest()}"')
    with pytest.raises(ProjectError, match="the lock has no entry for gone"):  # not stale: only the graph misses it
        read(head=project, asks="", metadata=metadata)


ODD = {
    "a date": ('a = { version = "*", when = 2020-01-01 }\n', '"^3.11"'),
    "Python as a table": (ASK, '{ version = "^3.11" }'),
    "no Python": (ASK, "3"),
}


@pytest.mark.parametrize(("asks", "python"), ODD.values(), ids=ODD)
def test_what_cannot_be_hashed_is_compared(asks: str, python: str):
    metadata = METADATA.replace("^3.11", "*") if python == "3" else METADATA
    assert read(package("a"), asks=asks, head=HEAD.replace('"^3.11"', python), metadata=metadata).complete


def test_tables_that_are_none_are_none():
    lock = read(head='[project]\nrequires-python = ">=3.11"\n[tool.poetry]\n', asks="", metadata=METADATA)
    assert lock.roots == ()
    without = METADATA.replace('python-versions = "^3.11"\n', "")
    assert read(package("a"), metadata=without).requires_python is None


def test_a_python_that_is_nonsense_has_its_line():
    with pytest.raises(ProjectError, match="'three' is no version constraint") as caught:
        read(package("a"), head=HEAD.replace("^3.11", "three"))
    assert str(caught.value.at) == "pyproject.toml:4"


def test_an_edge_among_several_that_is_nonsense_has_its_line():
    rest = '\n[package.dependencies]\nn = "three"\n'
    with pytest.raises(ProjectError, match="this cannot be read: 'three' is no version constraint") as caught:
        read(package("a", rest=rest), package("n"), package("n", "2.0"))
    assert str(caught.value.at) == "poetry.lock:11"


@pytest.mark.parametrize("manager", ["", "[tool.uv]\n"])
def test_a_lock_that_nobody_uses_may_be_removed(manager: str):
    project = f'{manager}[project]\nname = "p"\nversion = "1"\ndependencies = ["b"]\n'
    with pytest.raises(ProjectError) as caught:
        read(package("a"), head=project, asks="")
    assert "remove it" in (caught.value.hint or "")


# --- when it is read ------------------------------------------------------------------------------

EVIDENCE = {
    "[tool.poetry]\n": "pyproject.toml:1",
    '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n': "pyproject.toml:2",
    '[build-system]\nbuild-backend = "hatchling.build"\n': None,
    "": None,
}


@pytest.mark.parametrize(("text", "at"), EVIDENCE.items())
def test_what_says_that_poetry_is_in_use(text: str, at: str | None):
    found = FORMAT.evidence(Survey(DictTree({"pyproject.toml": text})))
    assert (str(found) if found else None) == at


def test_stays_quiet_without_a_lock():
    survey = Survey(DictTree({"pyproject.toml": HEAD, "a/poetry.lock": ""}))
    assert FORMAT.find(survey) is None
    assert list(detect(survey, "poetry.lock")) == []
    assert FORMAT.evidence(Survey(DictTree({}))) is None


def test_a_large_lock_is_read_in_no_time():
    tags = [
        f"cp3{minor}-cp3{minor}-{platform}"
        for minor in range(10, 15)
        for platform in ("linux_a", "linux_b", "win", "mac")
    ]
    packages = []
    for number in range(500):
        files = ",\n    ".join(f'{{file = "p{number}-1.0-{tag}.whl", hash = "sha256:{HASH}"}}' for tag in tags)
        edges = "".join(
            f'p{n} = {{version = ">=1", markers = "python_version < \\"3.{n % 9}\\""}}\n'
            for n in (number + 1, number + 2)
        )
        packages.append(package(f"p{number}", files=files, rest=f"\n[package.dependencies]\n{edges}"))
    assert len(read(*packages, asks='p0 = "*"\n').distributions) == 500
    assert effort(lambda: read(*packages, asks='p0 = "*"\n'), enough=15) < 15
