"""The environment in layers: the same layer for the same wheel in every project, and the image is the same however it is divided."""

import hashlib
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import PYTHON, World, world

from pottle import api
from pottle.build.builder import Built
from pottle.build.wheels import step_of
from pottle.oci.platform import Platform
from pottle.oci.validate import validate
from pottle.plan import split
from pottle.progress import Silent
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

SITE = f"opt/venv/lib/python{PYTHON}/site-packages"


def bulk(name: str) -> str:
    """A module that is large as a wheel too."""
    return "".join(f"X{number} = '{hashlib.sha256(f'{name}{number}'.encode()).hexdigest()}'\n" for number in range(100))


def large(name: str, version: str = "1.0", **files: str) -> WheelFile:
    return WheelFile(name, version, files={f"{name}/__init__.py": bulk(name + version), **files})


BIG = WheelFile("big", files={"big/__init__.py": bulk("big")}, console_scripts={"big": "big:main"})
BULKY, NEWER_BULKY = large("bulky"), large("bulky", "2.0")
CLICK, YARL, NEWER_YARL = WheelFile("click"), WheelFile("yarl"), WheelFile("yarl", "2.0")
TESTED = WheelFile(
    "tested", files={"tested/__init__.py": "", "tested/tests/test_it.py": "", "tested/py.typed": "", "tested/it.h": ""}
)
SPACES = (large("one", **{"ns/__init__.py": ""}), large("two", **{"ns/__init__.py": ""}))
CONTESTING = (
    large("first", **{"tests/__init__.py": "mine = 1\n", "tests/own.py": ""}),
    large("second", **{"tests/__init__.py": "its = 2\n"}),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    index = PackageIndex(BIG, BULKY, NEWER_BULKY, CLICK, YARL, NEWER_YARL, *SPACES, *CONTESTING, TESTED)
    with world(tmp_path_factory.mktemp("layers") / "home", index=index) as made:
        yield made


@pytest.fixture
def here(home: World, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """A machine that has built nothing yet, where wheels of test size are large."""
    monkeypatch.setattr(split, "LIMITS", split.Limits(grain=2_000))
    return home.fresh(request.node.name)


class Listening(Silent):
    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.tasks: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def task(self, title: str, total: int | None = None):
        self.tasks.append(title)
        return super().task(title, total)


def project(here: World, directory: Path, *wheels: WheelFile, **files: str) -> Path:
    names = [wheel.name for wheel in wheels]
    text = f'[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "=={PYTHON}.*"\ndependencies = {names}\n'
    lock = here.lock(wheels=wheels)
    return here.virtual(directory, **{"pyproject.toml": text, "uv.lock": lock, "main.py": "print(1)\n", **files})


def build(here: World, root: Path, platform: str = "linux/amd64", progress: Silent | None = None) -> Built:
    times = {"clock": lambda: here.archive.now, "archive_keys": here.archive.keys}
    host = api.Host(here.cache, here.environ, progress or Silent(), **times)  # type: ignore[arg-type]
    built = api.build(root, api.read_options(root, here.environ, {}), Platform.parse(platform), host)
    validate(built.image)
    return built


def environment(built: Built) -> dict[str, str]:
    """Name → digest of the layers of wheels, the lowest first."""
    own = {layer.name for layer in built.plan.layers if step_of(layer)}
    return {name: layer.descriptor.digest for name, layer in built.layers if name in own}


def contents(built: Built) -> dict[str, tuple[str, int, bytes]]:
    """Path → kind, mode and content in the image, of all layers but the app's."""
    found = {}
    for name, layer in built.layers:
        with built.image.store.open_blob(layer.descriptor.digest) as blob, tarfile.open(fileobj=blob) as tar:
            for member in () if name == "app" else tar:
                file = tar.extractfile(member) if member.isfile() else None
                found[member.name] = (str(member.type), member.mode, file.read() if file else member.linkname.encode())
    return found


def test_what_is_large_has_a_layer_and_the_rest_one(here: World, tmp_path: Path):
    built = build(here, project(here, tmp_path / "shop", BIG, BULKY, CLICK, YARL))
    assert list(environment(built)) == ["big-1.0", "bulky-1.0", "environment"]


def test_two_projects_have_one_layer_of_one_wheel_byte_for_byte(here: World, home: World, tmp_path: Path):
    one = build(here, project(here, tmp_path / "one", BIG, CLICK))
    elsewhere = home.fresh("another-machine")
    other = build(elsewhere, project(elsewhere, tmp_path / "two", BULKY, BIG, YARL, **{"main.py": "print(2)\n"}))
    assert environment(one)["big-1.0"] == environment(other)["big-1.0"]
    assert environment(one).keys() & environment(other).keys() == {"big-1.0"}


def test_what_another_project_has_built_is_not_made_again(here: World, tmp_path: Path):
    build(here, project(here, tmp_path / "one", BIG, CLICK))
    heard = Listening()
    second = build(here, project(here, tmp_path / "two", BIG, BULKY, CLICK), progress=heard)
    assert second.made == {"bulky-1.0", "app"}
    assert "Installing 1 wheels" in heard.tasks


def test_platforms_share_the_layers_of_pure_wheels(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", BIG, BULKY, CLICK)
    one, other = build(here, root), build(here, root, "linux/arm64")
    assert environment(one) == environment(other)
    assert not other.made & environment(other).keys()


def test_a_new_version_makes_its_own_layer_alone(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", BIG, BULKY, CLICK, YARL)
    before = build(here, root)
    after = build(here, project(here, root, BIG, NEWER_BULKY, CLICK, YARL))
    assert after.made - {"app"} == {"bulky-2.0"}
    small = build(here, project(here, root, BIG, NEWER_BULKY, CLICK, NEWER_YARL))
    assert small.made - {"app"} == {"environment"}
    assert environment(before)["big-1.0"] == environment(small)["big-1.0"]


def test_lines_that_move_in_the_lock_change_nothing(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", BIG, CLICK)
    build(here, root)
    (root / "uv.lock").write_text((root / "uv.lock").read_text().replace("\n[[package]]", "\n\n[[package]]"))
    assert build(here, root).made <= {"app"}


def test_the_image_is_the_same_however_it_is_divided(here: World, home: World, tmp_path: Path, monkeypatch):
    wheels = (BIG, BULKY, CLICK, YARL, *SPACES, *CONTESTING, TESTED)
    divided = build(here, project(here, tmp_path / "one", *wheels))
    monkeypatch.setattr(split, "LIMITS", split.Limits())
    elsewhere = home.fresh("undivided")
    whole = build(elsewhere, project(elsewhere, tmp_path / "two", *wheels))
    assert len(environment(divided)) == 7
    assert list(environment(whole)) == ["environment"]
    assert contents(divided) == contents(whole)


def test_one_run_of_uv_and_one_of_the_compiler_serve_all_layers(here: World, tmp_path: Path):
    heard = Listening()
    build(here, project(here, tmp_path / "shop", BIG, BULKY, CLICK, YARL, *SPACES), progress=heard)
    assert [title for title in heard.tasks if title.startswith("Installing")] == ["Installing 6 wheels"]
    assert heard.tasks.count("Compiling bytecode") == 3  # the interpreter's, the wheels', the app's


def test_a_contested_file_is_in_the_winners_layer_alone_and_both_are_named(here: World, tmp_path: Path):
    heard = Listening()
    built = build(here, project(here, tmp_path / "shop", *CONTESTING), progress=heard)
    told = f"first and second both bring /{SITE}/tests/__init__.py: second's is used"
    assert [text for text in heard.warnings if "both bring" in text] == [told]
    holding = [name for name, paths in by_layer(built).items() if f"{SITE}/tests/__init__.py" in paths]
    assert holding == ["second-1.0"]
    assert f"{SITE}/tests/own.py" in by_layer(built)["first-1.0"]
    assert b"tests/__init__.py" not in contents(built)[f"{SITE}/first-1.0.dist-info/RECORD"][2]


def test_without_its_opponent_the_loser_has_its_file(here: World, tmp_path: Path):
    contested = build(here, project(here, tmp_path / "one", *CONTESTING))
    alone = build(here, project(here, tmp_path / "two", CONTESTING[0]))
    assert environment(contested)["first-1.0"] != environment(alone)["first-1.0"]
    assert contents(alone)[f"{SITE}/tests/__init__.py"][2] == b"mine = 1\n"
    again = build(here, tmp_path / "one")
    assert again.made == set()
    assert again.image.digest == contested.image.digest


def test_a_file_that_two_bring_alike_is_in_both_layers_and_these_stay_shared(here: World, tmp_path: Path):
    both = build(here, project(here, tmp_path / "one", *SPACES))
    one = build(here, project(here, tmp_path / "two", SPACES[0]))
    assert environment(both)["one-1.0"] == environment(one)["one-1.0"]


def test_what_is_known_of_wheels_may_be_lost(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", *CONTESTING, CLICK)
    first = build(here, root)
    for record in (here.cache / "wheels").rglob("*.json"):
        record.write_text("{")
    second = build(here, root)
    assert (second.made, second.image.digest) == (set(), first.image.digest)


def by_layer(built: Built) -> dict[str, set[str]]:
    found = {}
    for name, layer in built.layers:
        with built.image.store.open_blob(layer.descriptor.digest) as blob, tarfile.open(fileobj=blob) as tar:
            found[name] = set(tar.getnames())
    return found


def test_every_directory_is_alike_in_all_layers(here: World, tmp_path: Path):
    built = build(here, project(here, tmp_path / "shop", BIG, BULKY, CLICK, *SPACES))
    kinds: dict[str, set[tuple[int, int, int, float]]] = {}
    for _, layer in built.layers:
        with built.image.store.open_blob(layer.descriptor.digest) as blob, tarfile.open(fileobj=blob) as tar:
            for member in tar:
                if member.isdir() and member.name.startswith("opt"):
                    kinds.setdefault(member.name, set()).add((member.mode, member.uid, member.gid, member.mtime))
    assert len(kinds[SITE]) == 1
    assert all(len(found) == 1 for found in kinds.values())


def test_a_small_image_goes_without_what_no_program_needs(here: World, tmp_path: Path):
    root = project(here, tmp_path / "shop", TESTED, CLICK)
    whole = build(here, root)
    with (root / "pyproject.toml").open("a") as file:
        file.write('[tool.pottle]\noptimize = "size"\n')
    small, again = build(here, root), build(here, root)
    assert small.made >= {"environment"}
    assert again.made == set()
    gone = {path for path in contents(whole).keys() - contents(small).keys() if not path.endswith(".pyc")}
    assert {path for path in gone if contents(whole)[path][2]} == set()
    assert {path.removeprefix(f"{SITE}/") for path in gone if "__pycache__" not in path} == {
        *("tested/tests", "tested/tests/test_it.py", "tested/py.typed"),
    }
    record = contents(small)[f"{SITE}/tested-1.0.dist-info/RECORD"][2].decode()
    assert "tests" not in record
    assert "tested/it.h" in record  # no machine code: it is data
    (root / "pyproject.toml").write_text((root / "pyproject.toml").read_text() + 'keep = ["tested"]\n')
    assert f"{SITE}/tested/tests/test_it.py" in contents(build(here, root))
