"""The graph of uv.lock."""

import pytest
from tests.effort import effort

from pottle.errors import ProjectError
from pottle.project.clues import Said
from pottle.project.detectors.uv_lock import detect
from pottle.project.facts import Lock, Repository
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

INDEX = 'source = { registry = "https://index.example/simple" }'
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEAD = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n'


def package(name: str, source: str = INDEX, version: str = "1", rest: str = "") -> str:
    return f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n{source}\n{rest}'


def lock(*packages: str, dependencies: str = "") -> Lock:
    root = package("p", 'source = { virtual = "." }', rest=dependencies)
    project = '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\ndynamic = ["dependencies"]\n'
    files = {"pyproject.toml": project, "uv.lock": HEAD + "".join(packages) + root}
    tree = DictTree({**files, "libs/a/pyproject.toml": '[build-system]\nbuild-backend = "hatchling.build"\n'})
    return next(clue for clue in detect(Survey(tree), "uv.lock") if isinstance(clue, Lock))


SOURCES = {
    '{ registry = "https://me:secret@index.example/simple" }': ("registry", "https://index.example/simple"),
    f'{{ git = "https://git.example/a?tag=v1#{COMMIT}" }}': ("vcs", f"https://git.example/a?tag=v1#{COMMIT}"),
    f'{{ git = "ssh://git@git.example/a#{COMMIT}" }}': ("vcs", f"ssh://git@git.example/a#{COMMIT}"),
    '{ url = "https://files.example/a-1-py3-none-any.whl" }': ("url", "https://files.example/a-1-py3-none-any.whl"),
    '{ path = "wheels/a-1-py3-none-any.whl" }': ("path", "wheels/a-1-py3-none-any.whl"),
    '{ directory = "libs/a" }': ("directory", "libs/a"),
    '{ editable = "libs/a" }': ("editable", "libs/a"),
    '{ virtual = "libs/a" }': ("virtual", "libs/a"),
}


@pytest.mark.parametrize("text", SOURCES)
def test_sources(text):
    found = lock(package("a", f"source = {text}")).distributions[0]
    assert (found.source, found.source_id) == SOURCES[text]


def test_edges_say_which_of_several_versions_and_when():
    edges = (
        "dependencies = [\n"
        '    { name = "a", version = "1", source = { registry = "https://index.example/simple" }, marker = "python_full_version < \'3.12\'" },\n'
        '    { name = "a", version = "2", source = { registry = "https://index.example/simple" }, extra = ["X_y"] },\n]\n'
    )
    found = lock(package("a"), package("a", version="2"), dependencies=edges)
    first, second = found.roots
    assert (str(first.version), str(first.marker), first.source) == (
        "1",
        'python_full_version < "3.12"',
        "https://index.example/simple",
    )
    assert (str(second.version), second.marker, second.extras) == ("2", None, ("x-y",))
    assert second.at.line == (first.at.line or 0) + 1


def test_forks_have_their_markers():
    found = lock(package("a", rest="resolution-markers = [\n    \"sys_platform == 'linux'\",\n]\n"))
    assert [str(marker) for marker in found.distributions[0].markers] == ['sys_platform == "linux"']


def test_development_groups_and_extras_are_no_roots():
    rest = (
        'dependencies = [\n    { name = "a" },\n]\n\n[package.optional-dependencies]\nfast = [\n    { name = "b" },\n]\n\n'
        '[package.dev-dependencies]\ndev = [\n    { name = "c" },\n]\n\n[package.metadata.requires-dev]\ndev = [{ name = "c" }]\n'
    )
    project = '[project]\nname = "p"\nversion = "1"\ndynamic = ["dependencies", "optional-dependencies"]\n[dependency-groups]\ndev = ["c"]\n'
    text = HEAD + package("a") + package("b") + package("c") + package("p", 'source = { editable = "." }', rest=rest)
    found = read_project(DictTree({"pyproject.toml": project, "uv.lock": text})).lock
    assert found is not None
    assert [edge.name for edge in found.roots] == ["a"]
    assert [(name, [edge.name for edge in edges]) for name, edges in found.extras] == [("fast", ["b"])]
    assert [(name, [edge.name for edge in edges]) for name, edges in found.groups] == [("dev", ["c"])]


def test_wheels_and_sdists_have_names_and_hashes():
    digest = "sha256:" + "0" * 64
    rest = (
        f'sdist = {{ url = "https://files.example/x/a-1.tar.gz", hash = "{digest}", size = 3 }}\n'
        f'wheels = [\n    {{ url = "https://files.example/x/a-1%2Bcpu-py3-none-any.whl?x=1#y", hash = "{digest}" }},\n'
        f'    {{ path = "here/a-1-py3-none-any.whl", hash = "md5:0" }},\n]\n'
    )
    found = lock(package("a", rest=rest)).distributions[0]
    assert found.sdist is not None
    assert (found.sdist.filename, found.sdist.size, found.sdist.sha256) == ("a-1.tar.gz", 3, "0" * 64)
    assert [wheel.filename for wheel in found.wheels] == ["a-1+cpu-py3-none-any.whl", "a-1-py3-none-any.whl"]
    assert found.wheels[1].sha256 is None


def test_a_repository_is_a_commit():
    (found, _) = lock(
        package("a", f'source = {{ git = "https://me:x@git.example/a?subdirectory=b&rev=main#{COMMIT}" }}')
    ).distributions
    assert found.repository == Repository("https://git.example/a", COMMIT, "b")


def test_a_repository_without_a_commit_is_no_lock():
    with pytest.raises(ProjectError, match="names no commit"):
        lock(package("a", 'source = { git = "https://git.example/a?rev=main" }'))


@pytest.mark.parametrize(
    ("kind", "backend"), {"directory": "hatchling.build", "editable": "hatchling.build", "virtual": None}.items()
)
def test_how_another_project_of_the_repository_is_built(kind: str, backend: str | None):
    found = lock(package("a", f'source = {{ {kind} = "libs/a" }}'))
    assert found.distributions[0].backend == backend
    assert found.members == ("libs/a",)


WORKSPACE = {
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
    "uv.lock": HEAD
    + '\n[manifest]\nmembers = ["core", "root", "web"]\n'
    + package("core", 'source = { editable = "packages/core" }')
    + package("web", 'source = { editable = "packages/web" }', rest='dependencies = [\n    { name = "core" },\n]\n')
    + '\n[package.metadata]\nrequires-dist = [{ name = "core", editable = "packages/core" }]\n'
    + package("root", 'source = { virtual = "docs" }'),
    "packages/core/pyproject.toml": '[project]\nname = "core"\nversion = "1"\n[build-system]\nbuild-backend = "flit_core.buildapi"\n',
    "packages/web/pyproject.toml": '[project]\nname = "web"\nversion = "1"\ndependencies = ["core"]\n[tool.uv.sources]\ncore = { workspace = true }\n',
}


def test_a_member_reads_the_lock_at_the_root_of_its_workspace():
    found = read_project(DictTree(WORKSPACE, directory="packages/web")).lock
    assert found is not None
    assert str(found.at) == "../../uv.lock"
    assert [(edge.name, str(edge.at)) for edge in found.roots] == [("core", "../../uv.lock:18")]
    assert [(each.name, each.source_id, each.backend) for each in found.distributions] == [
        ("core", "../core", "flit_core.buildapi"),
        ("web", ".", None),
        ("root", "../../docs", None),
    ]


def test_a_root_that_is_no_project_names_its_members():
    with pytest.raises(ProjectError, match="is no project") as caught:
        read_project(DictTree(WORKSPACE))
    assert caught.value.hint == "build one of its members: docs, packages/core, packages/web"


def test_stays_quiet_without_a_lock():
    assert list(detect(Survey(DictTree({"a/uv.lock": ""})), "uv.lock")) == []


def test_it_says_that_uv_manages_the_project():
    tree = DictTree(
        {
            "pyproject.toml": '[project]\nname = "p"\nversion = "1"\n',
            "uv.lock": HEAD + package("p", 'source = { virtual = "." }'),
        }
    )
    assert [clue.value for clue in detect(Survey(tree), "uv.lock") if isinstance(clue, Said)] == ["uv"]


@pytest.mark.slow
def test_five_hundred_packages_are_read_in_no_time():
    wheel = f'    {{ url = "https://files.example/{"x" * 60}/a-1-cp313-cp313-manylinux_2_17_x86_64.whl", hash = "sha256:{"0" * 64}", size = 1 }},\n'
    rest = (
        'dependencies = [\n    { name = "a-0", marker = "python_full_version < \'3.12\'" },\n]\nwheels = [\n'
        + wheel * 12
        + "]\n"
    )
    text = HEAD + "".join(package(f"a-{n}", rest=rest) for n in range(500)) + package("p", 'source = { virtual = "." }')
    tree = DictTree({"pyproject.toml": '[project]\nname = "p"\nversion = "1"\n', "uv.lock": text})
    assert effort(lambda: read_project(tree), enough=15) < 15
