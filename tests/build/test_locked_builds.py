"""What wheels are built with: the same in a year, whatever their backends and an index say by then."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from tests.test_repository import from_an_archive, write
from tests.world import BACKEND, World

from pottle.testing.wheel_file import WheelFile

SYSTEM = '[build-system]\nrequires = ["builder"]\nbuild-backend = "builder"\n'
ASKS = "\ndef get_requires_for_build_wheel(settings=None):\n    return open('asks').read().split()\n"


def builder(version: str, of: str = "shop") -> WheelFile:
    """A backend whose wheels differ by its version, and that asks for what the file `asks` says."""
    body = BACKEND.replace("Generator: own", f"Generator: builder {version}").replace("shop", of)
    return WheelFile("builder", version, files={"builder.py": body + ASKS}, requires=["helper"])


def helper(version: str) -> WheelFile:
    return WheelFile("helper", version, files={"helper.py": ""})


def add(here: World, *wheels: WheelFile) -> None:
    here.index.wheels |= {wheel.filename: wheel for wheel in wheels}


@pytest.fixture
def shop(here: World, tmp_path: Path) -> Path:
    add(here, builder("1.0"), helper("1.0"), WheelFile("plugin", "1.0"))
    root = here.virtual(tmp_path / "shop", **{"src/shop/__init__.py": "def main(): ...\n", "asks": "plugin"})
    project = (root / "pyproject.toml").read_text() + SYSTEM
    (root / "pyproject.toml").write_text(project + '[project.scripts]\nshop = "shop:main"\n')
    (root / "uv.lock").write_text(here.lock("editable"))
    return root


@pytest.fixture
def environment(here: World) -> dict[str, str]:
    """A machine's, whose index is ours and whose uv remembers nothing."""
    return {"UV_DEFAULT_INDEX": here.index.url, "UV_NO_CACHE": "1"}


def wheel_file(here: World) -> str:
    """The `WHEEL` of the shop in its image."""
    image = here.image("shop")
    with image.store.open_blob(image.manifest.layers[-1].digest) as blob, tarfile.open(fileobj=blob) as layer:
        name = next(name for name in layer.getnames() if name.endswith("shop-1.0.dist-info/WHEEL"))
        found = layer.extractfile(name)
        assert isinstance(found, io.BufferedReader)
        return found.read().decode()


def test_the_backend_of_a_year_ago_builds(here: World, shop: Path, environment: dict[str, str]):
    first = here.fresh("first", **environment)
    assert first.pottle("lock", "-q", shop).code == 0
    text = (shop / "pottle.lock").read_text()
    assert [line.split('"')[1] for line in text.partition("requires = [")[2].splitlines()[1:4]] == [
        "builder",
        "helper",
        "plugin",
    ]
    digest = first.pottle("build", "-q", "--locked", shop).digest
    assert "builder 1.0" in wheel_file(first)
    add(here, builder("2.0"), helper("2.0"), WheelFile("plugin", "2.0"))
    assert here.fresh("second", **environment).pottle("build", "-q", "--locked", shop).digest == digest
    assert here.fresh("third", **environment).pottle("lock", "-q", shop).code == 0
    assert (shop / "pottle.lock").read_text() == text
    fourth = here.fresh("fourth", **environment)
    told = fourth.pottle("lock", "-q", "--upgrade", shop).out
    assert "builder (of shop) 1.0 → 2.0" in told
    assert fourth.pottle("build", "-q", "--locked", shop).digest != digest
    assert "builder 2.0" in wheel_file(fourth)


def test_another_file_of_the_same_version_is_refused(here: World, shop: Path, environment: dict[str, str]):
    assert here.fresh("first", **environment).pottle("lock", "-q", shop).code == 0
    other = WheelFile("plugin", "1.0", files={"plugin.py": "evil = True\n"})
    add(here, other)
    said = here.fresh("second", **environment).pottle("build", "-q", shop)
    assert said.code != 0
    assert "plugin" in said.err


def test_a_backend_that_asks_for_more_makes_it_stale(here: World, shop: Path, environment: dict[str, str]):
    assert here.fresh("first", **environment).pottle("lock", "-q", shop).code == 0
    add(here, WheelFile("more", "1.0"))
    (shop / "asks").write_text("plugin more")
    said = here.fresh("second", **environment).pottle("build", "-q", shop)
    assert said.code == 3
    assert "pottle.lock is stale: the build backend asks for more" in said.err
    assert "--> pottle.lock:" in said.err
    assert here.fresh("third", **environment).pottle("lock", "-q", "--upgrade-package", "plugin", shop).code == 0
    assert here.fresh("fourth", **environment).pottle("build", "-q", "--locked", shop).code == 0


def test_what_no_hash_can_say_is_left_open(here: World, shop: Path, tmp_path: Path):
    wheel = WheelFile("aside", "1.0")
    (tmp_path / wheel.filename).write_bytes(wheel.content)
    text = (shop / "pyproject.toml").read_text()
    aside = f'requires = ["builder", "aside @ {(tmp_path / wheel.filename).as_uri()}"]'
    (shop / "pyproject.toml").write_text(text.replace('requires = ["builder"]', aside))
    machine = here.fresh("first", UV_DEFAULT_INDEX=here.index.url)
    done = machine.pottle("lock", shop)
    assert (done.code, "what shop is built with cannot be locked" in done.err) == (0, True)
    assert machine.pottle("build", "-q", shop).code == 0
    assert "does not say what shop is built with" in machine.pottle("build", "-q", "--locked", shop).err


def test_wheels_of_a_directory_of_the_machine_have_hashes_too(here: World, shop: Path, tmp_path: Path):
    wheel = helper("1.0")
    here.index.wheels.pop(wheel.filename)
    links = tmp_path / "links"
    links.mkdir()
    (links / wheel.filename).write_bytes(wheel.content)
    machine = here.fresh("first", UV_DEFAULT_INDEX=here.index.url, UV_FIND_LINKS=str(links))
    done = machine.pottle("lock", "-q", shop)
    assert (done.code, done.err) == (0, "")
    assert hashlib.sha256(wheel.content).hexdigest() in (shop / "pottle.lock").read_text()
    assert machine.pottle("build", "-q", "--locked", shop).code == 0


def test_uvs_cache_is_enough(here: World, shop: Path):
    machine = here.fresh("first", UV_DEFAULT_INDEX=here.index.url)
    assert machine.pottle("lock", "-q", shop).code == 0
    digest = machine.pottle("build", "-q", shop).digest
    here.index.close()
    (shop / "main.py").touch()
    assert machine.pottle("build", "-q", "--locked", shop).digest == digest


# --- sources of third parties ---------------------------------------------------------------------


@pytest.fixture
def sourced(here: World, tmp_path: Path) -> Path:
    """A project that depends on a source archive of its own tree, which `builder` builds."""
    add(here, builder("1.0", "thing"), helper("1.0"), WheelFile("plugin", "1.0"))
    files = {"pyproject.toml": f'[project]\nname = "thing"\nversion = "1.0"\n{SYSTEM}', "asks": "plugin"}
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in {**files, "src/thing/__init__.py": ""}.items():
            member = tarfile.TarInfo(f"thing-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    root = write(tmp_path / "shop", from_an_archive(digest))
    (root / "vendor").mkdir()
    (root / "vendor/thing-1.0.tar.gz").write_bytes(content.getvalue())
    return root


def test_a_source_is_built_as_it_was_a_year_ago(here: World, sourced: Path):
    first = here.fresh("first", UV_DEFAULT_INDEX=here.index.url)
    free = first.pottle("build", "-q", sourced).digest
    assert first.pottle("lock", "-q", sourced).code == 0
    assert '    { name = "plugin", version = "1.0"' in (sourced / "pottle.lock").read_text()
    digest = first.pottle("build", "-q", "--locked", sourced).digest
    assert digest == free
    add(here, builder("2.0", "thing"), helper("2.0"))
    second = here.fresh("second", UV_DEFAULT_INDEX=here.index.url)
    assert second.pottle("build", "-q", "--locked", sourced).digest == digest
    (sourced / "pottle.lock").unlink()
    third = here.fresh("third", UV_DEFAULT_INDEX=here.index.url)
    assert third.pottle("build", "-q", sourced).digest != digest
