"""The graph of pdm.lock, for what pyproject.toml asks for."""

import hashlib
from collections.abc import Mapping

import pytest
from tests.effort import effort

from pottle.errors import ProjectError
from pottle.project.detectors.pdm_lock import FORMAT, detect
from pottle.project.facts import Lock, LockedDistribution, Repository
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

HASH = "0" * 64
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEAD = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
METADATA = (
    '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\ncontent_hash = ""\n'
)
TARGET = '\n[[metadata.targets]]\nrequires_python = ">=3.11"\n'
ASK = 'dependencies = ["a"]\n'
TOOL = "[tool.pdm]\n"


def package(name: str, version: str = "1.0", rest: str = "", *, files: str | None = None) -> str:
    listed = f'{{file = "{name}-{version}-py3-none-any.whl", hash = "sha256:{HASH}"}}' if files is None else files
    return f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n{rest}files = [\n    {listed}\n]\n'


def read(
    *packages: str,
    asks: str = ASK,
    metadata: str = METADATA + TARGET,
    more: Mapping[str, str] | None = None,
    head: str = HEAD,
) -> Lock:
    files = {"pyproject.toml": head + asks + TOOL, "pdm.lock": metadata + "".join(packages), **(more or {})}
    return next(clue for clue in detect(Survey(DictTree(files)), "pdm.lock") if isinstance(clue, Lock))


def only(lock: Lock) -> LockedDistribution:
    (found,) = lock.distributions
    return found


FILES = {
    "a name": (f'{{file = "a-1.0-py3-none-any.whl", hash = "sha256:{HASH}"}}', "a-1.0-py3-none-any.whl", None),
    "a URL": (
        f'{{url = "https://me:secret@files.example/x/a-1.0%2Bcpu-py3-none-any.whl#y", hash = "sha256:{HASH}"}}',
        "a-1.0+cpu-py3-none-any.whl",
        "https://files.example/x/a-1.0%2Bcpu-py3-none-any.whl#y",
    ),
}


@pytest.mark.parametrize(("files", "filename", "url"), FILES.values(), ids=FILES)
def test_files_have_a_hash_and_may_have_a_place(files: str, filename: str, url: str | None):
    (wheel,) = only(read(package("a", files=files))).wheels
    assert (wheel.filename, wheel.url, wheel.sha256) == (filename, url, HASH)


SOURCES = {
    "git": (
        f'git = "https://me:secret@git.example/a.git"\nref = "v1"\nrevision = "{COMMIT}"\nsubdirectory = "py"\n',
        ("vcs", f"https://git.example/a.git?subdirectory=py#{COMMIT}"),
        "git+https://git.example/a.git",
    ),
    "mercurial": (
        f'hg = "https://hg.example/a"\nrevision = "{COMMIT}"\n',
        ("vcs", f"https://hg.example/a#{COMMIT}"),
        "hg+https://hg.example/a",
    ),
    "url": (
        'url = "https://me:secret@files.example/a-1.0-py3-none-any.whl#egg=a"\n',
        ("url", "https://files.example/a-1.0-py3-none-any.whl"),
        "https://files.example/a-1.0-py3-none-any.whl",
    ),
    "file": ('path = "./wheels/a-1.0-py3-none-any.whl"\n', ("path", "wheels/a-1.0-py3-none-any.whl"), "file:///x"),
    "directory": ('path = "./libs/a"\n', ("directory", "libs/a"), "file:///${PROJECT_ROOT}/libs/a"),
    "editable": ('editable = true\npath = "./libs/a"\n', ("editable", "libs/a"), "file:///${PROJECT_ROOT}/libs/a"),
    "directory by its URL": ('url = "file:///${PROJECT_ROOT}/libs/a"\n', ("directory", "libs/a"), "file:///x"),
    "directory as Hatch writes it": ('url = "{root:uri}/libs/a"\n', ("directory", "libs/a"), "file:///x"),
}


@pytest.mark.parametrize(("rest", "expected", "asked"), SOURCES.values(), ids=SOURCES)
def test_sources(rest: str, expected: tuple[str, str], asked: str):
    library = {"libs/a/pyproject.toml": '[build-system]\nbuild-backend = "hatchling.build"\n'}
    found = only(read(package("a", rest=rest), asks=f'dependencies = ["a @ {asked}"]\n', more=library))
    assert (found.source, found.source_id) == expected
    assert found.backend == ("hatchling.build" if expected[0] in ("directory", "editable") else None)
    assert "secret" not in str(found)


def test_a_repository_is_a_commit():
    rest = f'git = "git@git.example:a/b.git"\nrevision = "{COMMIT}"\n'
    found = only(read(package("a", rest=rest), asks='dependencies = ["a @ git+ssh://git@git.example/a/b.git"]\n'))
    assert found.repository == Repository("ssh://git@git.example/a/b.git", COMMIT)


def test_a_wheel_at_a_url_and_one_in_the_tree_lie_there():
    for rest, place in (
        ('url = "https://files.example/a-1.0-py3-none-any.whl"\n', "https://files.example/a-1.0-py3-none-any.whl"),
        ('path = "./a-1.0-py3-none-any.whl"\n', "a-1.0-py3-none-any.whl"),
    ):
        asked = "https://files.example/x.whl" if "url" in rest else "file:///x"
        assert only(read(package("a", rest=rest), asks=f'dependencies = ["a @ {asked}"]\n')).wheels[0].url == place


def test_edges_have_their_line_and_marker():
    rest = 'dependencies = [\n    "b>=1",\n    "c[x]; python_version < \'3.12\'",\n]\n'
    found = read(package("a", rest=rest), package("b"), package("c")).distributions[0]
    b, c = found.dependencies
    assert (b.name, b.marker, str(b.at)) == ("b", None, "pdm.lock:14")
    assert (c.name, c.extras, str(c.marker), c.at.line) == ("c", ("x",), 'python_version < "3.12"', 15)


def test_edges_that_somebody_wrote_into_one_line_have_that_of_their_entry():
    found = read(package("a", rest='dependencies = ["b"]\n'), package("b")).distributions[0]
    assert [edge.at.line for edge in found.dependencies] == [10]


def test_entries_with_extras_are_the_extras_of_one():
    rest = 'extras = ["{}"]\ndependencies = [\n    "a==1.0",\n    "{}",\n]\n'
    both = 'extras = ["fast", "more"]\ndependencies = [\n    "a==1.0",\n    "b",\n    "d",\n]\n'
    lock = read(
        package("a"), package("a", rest=rest.format("Fast", "b")), package("a", rest=both), package("b"), package("d"),
        asks='dependencies = ["a[fast]"]\n',
    )  # fmt: skip
    found = lock.distributions[0]
    assert [d.name for d in lock.distributions] == ["a", "b", "d"]
    assert [(extra, [edge.name for edge in edges]) for extra, edges in found.optional] == [
        ("fast", ["b"]),
        ("more", ["b", "d"]),
    ]
    assert lock.roots[0].extras == ("fast",)


def test_one_that_is_asked_for_with_extras_alone_is_one_all_the_same():
    rest = 'extras = ["x"]\ndependencies = [\n    "b",\n]\n'
    lock = read(package("a", rest=rest), package("b"), asks='dependencies = ["a[x]"]\n')
    found = lock.distributions
    assert [d.name for d in found] == ["b", "a"]
    assert [extra for extra, _ in found[1].optional] == ["x"]


def test_of_two_versions_the_constraint_decides_or_the_marker():
    one = package("n", "1.0", rest="marker = \"python_version < '3.12'\"\n")
    two = package("n", "2.0", rest="marker = \"python_version >= '3.12'\"\n")
    lock = read(one, two, asks='dependencies = ["n<2; python_version < \'3.12\'", "n"]\n')
    exact, open_ = lock.roots
    assert (str(exact.version), str(open_.specifier)) == ("1.0", "")
    assert [str(each.markers[0]) for each in lock.distributions] == [
        'python_version < "3.12"',
        'python_version >= "3.12"',
    ]


FIRST = f"""[[package]]
name = "a"
version = "1.0"

[metadata]
lock_version = "4.0"
content_hash = ""

[metadata.files]
"a 1.0" = [
    {{file = "a-1.0-py3-none-any.whl", hash = "sha256:{HASH}"}},
]
"""


def test_the_first_format_has_files_apart():
    assert [wheel.filename for wheel in only(read(FIRST, metadata="")).wheels] == ["a-1.0-py3-none-any.whl"]


# --- what the project asks for --------------------------------------------------------------------

GROUPS = (
    ASK + '[project.optional-dependencies]\nfast = ["b"]\nall = ["Shop[fast]"]\n[dependency-groups]\nLint = ["c"]\n'
    '[tool.pdm.dev-dependencies]\ntest = ["d", "-e file:///${PROJECT_ROOT}/libs/e#egg=e[x]", "-e ./unnamed"]\nlint = ["d"]\n'
)


def test_groups_are_never_among_the_roots():
    library = {"libs/e/pyproject.toml": ""}
    path = package("e", rest='editable = true\npath = "./libs/e"\n', files="")
    metadata = METADATA.replace('["default"]', '["default", "fast", "all", "lint", "test"]')
    files = {"pyproject.toml": HEAD + GROUPS, **library}
    files["pdm.lock"] = metadata + "".join(map(package, "abcd")) + path
    lock = next(clue for clue in detect(Survey(DictTree(files)), "pdm.lock") if isinstance(clue, Lock))
    assert [edge.name for edge in lock.roots] == ["a"]
    assert {name: [edge.name for edge in edges] for name, edges in lock.extras} == {"fast": ["b"], "all": ["b"]}
    assert {name: [edge.name for edge in edges] for name, edges in lock.groups} == {
        "lint": ["c", "d"],
        "test": ["d", "e"],
    }


def test_groups_that_were_not_locked_are_not_there():
    files = {"pyproject.toml": HEAD + GROUPS, "pdm.lock": METADATA + package("a")}
    lock = next(clue for clue in detect(Survey(DictTree(files)), "pdm.lock") if isinstance(clue, Lock))
    assert (lock.extras, lock.groups) == ((), ())


def test_what_only_the_backend_knows_is_what_is_locked_for_everybody():
    rest = 'groups = ["{}"]\n'
    marked = rest.format("default") + "marker = \"sys_platform == 'win32'\"\n"
    packages = (
        package("a", rest=rest.format("default")),
        package("b", rest=rest.format("dev")),
        package("c", rest=marked),
    )
    lock = read(*packages, asks='dynamic = ["dependencies"]\n')
    assert [(edge.name, str(edge.version), str(edge.marker or "")) for edge in lock.roots] == [
        ("a", "1.0", ""),
        ("c", "1.0", 'sys_platform == "win32"'),
    ]
    with pytest.raises(ProjectError, match="the dependencies are dynamic, and the lock does not say which"):
        read(package("a"), asks='dynamic = ["dependencies"]\n')


def test_what_the_project_leaves_out_is_left_out():
    rest = 'dependencies = [\n    "gone",\n]\n'
    asks = 'dependencies = ["a", "gone"]\n[tool.pdm.resolution]\nexcludes = ["Gone"]\n'
    files = {"pyproject.toml": HEAD + asks, "pdm.lock": METADATA + package("a", rest=rest)}
    lock = next(clue for clue in detect(Survey(DictTree(files)), "pdm.lock") if isinstance(clue, Lock))
    assert [edge.name for edge in lock.roots] == ["a"]
    assert lock.distributions[0].dependencies == ()


INDEXES = """
[[tool.pdm.source]]
name = "pypi"
url = "https://{host}/simple"
verify_ssl = true

[[tool.pdm.source]]
name = "more"
url = "https://${{USER}}:${{TOKEN}}@index.example/more/"

[[tool.pdm.source]]
name = "links"
type = "find_links"
url = "https://files.example/links"

[[tool.pdm.source]]
name = "ours"
url = "https://index.example/ours"
include_packages = ["A*"]
"""


@pytest.mark.parametrize(
    ("host", "instead"), [("index.example", "https://index.example/simple"), ("pypi.example", None)]
)
def test_indexes_are_those_of_the_project(host: str, instead: str | None):
    files = {"pyproject.toml": HEAD + ASK + INDEXES.format(host=host), "pdm.lock": METADATA + package("a")}
    lock = next(clue for clue in detect(Survey(DictTree(files)), "pdm.lock") if isinstance(clue, Lock))
    assert (lock.index, lock.extra_indexes) == (instead, ("https://index.example/more",))
    assert only(lock).source_id == "https://index.example/ours"


# --- stale or not ---------------------------------------------------------------------------------

FRESH = {
    "nothing but the hash": ASK,
    "an entry that is not wanted any more": "dependencies = []\n",
    "for a marker that never holds": 'dependencies = ["a", "old; python_version < \'3.11\'"]\n',
    "a group that was not locked": ASK + '[dependency-groups]\ndev = ["b"]\n',
    "a version in spite of all": 'dependencies = ["a>=2"]\n[tool.pdm.resolution.overrides]\nA = "1.0"\n',
    "itself": 'dependencies = ["a"]\n[project.optional-dependencies]\ndefault = ["shop[x]"]\n',
}


@pytest.mark.parametrize("asks", FRESH.values(), ids=FRESH)
def test_a_difference_that_means_nothing_is_none(asks: str):
    files = {"pyproject.toml": HEAD + asks, "pdm.lock": METADATA + package("a")}
    assert any(isinstance(clue, Lock) for clue in detect(Survey(DictTree(files)), "pdm.lock"))


STALE = {
    "another dependency": (
        'dependencies = ["a", "b>=1"]\n',
        "the project asks for b >=1, and it was made without that",
        5,
    ),
    "another constraint": ('dependencies = ["a>=2"]\n', "the project asks for a >=2, and it holds 1.0", 5),
    "another origin": (
        'dependencies = ["a @ git+https://git.example/a@v1"]\n',
        "the project asks for a from https://git.example/a, and it holds 1.0 from an index",
        5,
    ),
}


@pytest.mark.parametrize(("asks", "what", "line"), STALE.values(), ids=STALE)
def test_a_difference_in_meaning_stops_at_its_line(asks: str, what: str, line: int):
    with pytest.raises(ProjectError) as caught:
        read(package("a"), asks=asks)
    assert caught.value.what == f"pdm.lock is stale: {what}"
    assert str(caught.value.at) == f"pyproject.toml:{line}"
    assert caught.value.hint == "run `pdm lock`"


def test_what_cannot_be_hashed_is_compared():
    asks = ASK + "[tool.pdm.resolution]\nexclude-newer = 2020-01-01\n"
    files = {"pyproject.toml": HEAD + asks, "pdm.lock": METADATA + package("a")}
    assert any(isinstance(clue, Lock) for clue in detect(Survey(DictTree(files)), "pdm.lock"))


def test_a_lock_of_one_group_is_asked_for_that_alone():
    asks = 'dependencies = ["gone; python_version < \'3\'"]\n[dependency-groups]\ndev = ["a"]\n'
    files = {"pyproject.toml": HEAD + asks, "pdm.lock": METADATA.replace("default", "dev") + package("a")}
    lock = next(clue for clue in detect(Survey(DictTree(files)), "pdm.lock") if isinstance(clue, Lock))
    assert [name for name, _ in lock.groups] == ["dev"]


def test_a_repository_may_be_editable_in_a_group():
    asks = ASK + '[tool.pdm.dev-dependencies]\nx = ["-e git+https://git.example/e#egg=e"]\n'
    rest = f'git = "https://git.example/e"\nrevision = "{COMMIT}"\neditable = true\n'
    metadata = METADATA.replace('["default"]', '["default", "x"]')
    files = {"pyproject.toml": HEAD + asks, "pdm.lock": metadata + package("a") + package("e", rest=rest)}
    lock = next(clue for clue in detect(Survey(DictTree(files)), "pdm.lock") if isinstance(clue, Lock))
    assert [edge.name for _, edges in lock.groups for edge in edges] == ["e"]


@pytest.mark.parametrize("bound", ["three", "lock"])
def test_a_python_that_is_nonsense_has_its_line(bound: str):
    metadata = METADATA + (TARGET.replace(">=3.11", "three") if bound == "lock" else TARGET)
    with pytest.raises(ProjectError, match="'three'") as caught:
        read(package("a"), metadata=metadata, head=HEAD.replace(">=3.11", bound) if bound != "lock" else HEAD)
    assert caught.value.hint


def test_a_python_that_it_was_not_made_for_makes_it_stale():
    with pytest.raises(ProjectError, match=r"it was made for Python >=3\.11, and the project asks for >=3\.10"):
        read(package("a"), head=HEAD.replace("3.11", "3.10"))


HASHED = {
    "PDM 2.20": (
        'requires-python = ">=3.11"\ndependencies = ["gone"]\n[dependency-groups]\nDev = ["x"]\n[tool.pdm.resolution]\nx = 1\n',
        (
            '{"dependencies": ["gone"], "dev-dependencies": {"dev": ["x"]}, "optional-dependencies": {}, '
            '"requires-python": ">=3.11", "resolution": {"x": 1}, "sources": []}'
        ),
    ),
    "PDM 2.16": (
        'dependencies = ["gone"]\n[tool.pdm.dev-dependencies]\nDev = ["x"]\n',
        (
            '{"dependencies": ["gone"], "dev-dependencies": {"Dev": ["x"]}, "optional-dependencies": {}, '
            '"requires-python": "", "resolution": {}, "sources": []}'
        ),
    ),
    "PDM 2": (
        (
            'dependencies = ["gone"]\n[project.optional-dependencies]\ne = ["y"]\n[tool.pdm.resolution.overrides]\nx = "1"\n'
            '[[tool.pdm.source]]\nname = "n"\n'
        ),
        (
            '{"dependencies": ["gone"], "dev-dependencies": {}, "optional-dependencies": {"e": ["y"]}, '
            '"overrides": {"x": "1"}, "requires-python": "", "sources": [{"name": "n"}]}'
        ),
    ),
}


@pytest.mark.parametrize("case", HASHED)
def test_pdms_own_hash_is_believed(case: str):
    """What is hashed was compared with the locks in PDM's own repository, from format 4.0 to 4.5.1."""
    project, hashed = HASHED[case]
    digest = hashlib.sha256(hashed.encode()).hexdigest()
    metadata = METADATA.replace('content_hash = ""', f'content_hash = "sha256:{digest}"')
    files = {"pyproject.toml": f'[project]\nname = "shop"\nversion = "1"\n{project}', "pdm.lock": metadata}
    with pytest.raises(ProjectError, match="the lock has no entry for gone"):  # not stale: only the graph misses it
        list(detect(Survey(DictTree(files)), "pdm.lock"))


def test_a_lock_that_nobody_uses_may_be_removed():
    files = {"pyproject.toml": HEAD + 'dependencies = ["b"]\n', "pdm.lock": METADATA + package("a")}
    with pytest.raises(ProjectError) as caught:
        list(detect(Survey(DictTree(files)), "pdm.lock"))
    assert "remove it" in (caught.value.hint or "")


# --- when it is read ------------------------------------------------------------------------------

EVIDENCE = {
    "[tool.pdm]\n": "pyproject.toml:1",
    '[build-system]\nbuild-backend = "pdm.backend"\n': "pyproject.toml:2",
    '[build-system]\nbuild-backend = "hatchling.build"\n': None,
    "": None,
}


@pytest.mark.parametrize(("text", "at"), EVIDENCE.items())
def test_what_says_that_pdm_is_in_use(text: str, at: str | None):
    found = FORMAT.evidence(Survey(DictTree({"pyproject.toml": text})))
    assert (str(found) if found else None) == at


def test_stays_quiet_without_a_lock():
    survey = Survey(DictTree({"pyproject.toml": HEAD, "a/pdm.lock": ""}))
    assert FORMAT.find(survey) is None
    assert list(detect(survey, "pdm.lock")) == []
    assert FORMAT.evidence(Survey(DictTree({}))) is None


TARGETS = {
    "Linux among others": ("windows_amd64", "manylinux_2_17_x86_64"),
    "any platform": (None, "windows_amd64"),
    "none": (),
}


@pytest.mark.parametrize("platforms", TARGETS.values(), ids=TARGETS)
def test_a_lock_for_linux(platforms: tuple[str | None, ...]):
    targets = "".join(
        f"\n[[metadata.targets]]\n{f'platform = {chr(34)}{p}{chr(34)}' if p else ''}\n" for p in platforms
    )
    assert read(package("a"), metadata=METADATA + targets).complete


def test_a_lock_for_other_platforms_alone_stops():
    targets = '\n[[metadata.targets]]\nplatform = "windows_amd64"\n\n[[metadata.targets]]\nplatform = "macos_arm64"\n'
    with pytest.raises(
        ProjectError, match="the lock was made for windows_amd64 and macos_arm64, not for Linux"
    ) as caught:
        read(package("a"), metadata=METADATA + targets)
    assert str(caught.value.at) == "pdm.lock:7"


def test_a_large_lock_is_read_in_no_time():
    tags = [f"cp3{m}-cp3{m}-{platform}" for m in range(10, 15) for platform in ("linux_a", "linux_b", "win", "mac")]
    packages = []
    for number in range(500):
        files = ",\n    ".join(f'{{file = "p{number}-1.0-{tag}.whl", hash = "sha256:{HASH}"}}' for tag in tags)
        edges = "".join(f"    \"p{n}>=1; python_version < '3.{n % 9}'\",\n" for n in (number + 1, number + 2))
        packages.append(package(f"p{number}", files=files, rest=f"dependencies = [\n{edges}]\n"))
    assert len(read(*packages, asks='dependencies = ["p0"]\n').distributions) == 500
    assert effort(lambda: read(*packages, asks='dependencies = ["p0"]\n'), enough=15) < 15
