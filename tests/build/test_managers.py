"""The same distributions by every way to write them down: every manager's project becomes the same environment."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import PYTHON, WHEELS, World, world

MAIN = "import greeting\nprint(greeting.WORDS)\n"
NAMES = [wheel.name for wheel in WHEELS]
PROJECT = f'[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "=={PYTHON}.*"\ndependencies = {NAMES}\n'
PINS = {wheel.name: f"{wheel.name}=={wheel.version}" for wheel in WHEELS}
HASHED = "".join(f"{PINS[wheel.name]} \\\n    --hash=sha256:{wheel.sha256}\n" for wheel in WHEELS)
PDM_HASH = hashlib.sha256(
    f'{{"sources": [], "dependencies": {{"default": {NAMES!r}}}, "dev-dependencies": {{}}, '
    f'"requires-python": "=={PYTHON}.*", "resolution": {{}}, "overrides": {{}}}}'.replace("'", '"').encode()
).hexdigest()


def pdm() -> str:
    packages = "".join(
        f'[[package]]\nname = "{w.name}"\nversion = "{w.version}"\ngroups = ["default"]\n'
        f'files = [\n    {{file = "{w.filename}", hash = "sha256:{w.sha256}"}},\n]\n\n'
        for w in WHEELS
    )
    return (
        f'[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\n'
        f'content_hash = "sha256:{PDM_HASH}"\n[[metadata.targets]]\nrequires_python = "=={PYTHON}.*"\n\n{packages}'
    )


def pylock(url: str) -> str:
    packages = "".join(
        f'[[packages]]\nname = "{w.name}"\nversion = "{w.version}"\nwheels = [{{ name = "{w.filename}", '
        f'url = "{url}/../files/{w.filename}", size = {len(w.content)}, hashes = {{ sha256 = "{w.sha256}" }} }}]\n\n'
        for w in WHEELS
    ).replace("/simple/../", "/")
    return f'lock-version = "1.0"\ncreated-by = "pottle-tests"\nrequires-python = "=={PYTHON}.*"\n\n{packages}'


def pipfile_lock(url: str) -> str:
    default = {w.name: {"hashes": [f"sha256:{w.sha256}"], "index": "own", "version": f"=={w.version}"} for w in WHEELS}
    sources = [{"name": "own", "url": url, "verify_ssl": False}]
    requires = {"python_version": PYTHON}
    asked = {"_meta": {"sources": sources, "requires": requires}, "default": dict.fromkeys(NAMES, "*"), "develop": {}}
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    meta = {"hash": {"sha256": digest}, "pipfile-spec": 6, "requires": requires, "sources": sources}
    return json.dumps({"_meta": meta, "default": default, "develop": {}})


def pipfile(url: str) -> str:
    asked = "".join(f'{name} = "*"\n' for name in NAMES)
    source = f'[[source]]\nname = "own"\nurl = "{url}"\nverify_ssl = false\n'
    return f'{source}[packages]\n{asked}[dev-packages]\n[requires]\npython_version = "{PYTHON}"\n'


def poetry() -> tuple[str, str]:
    """`pyproject.toml` and `poetry.lock`."""
    asked = "".join(f'{name} = "*"\n' for name in NAMES)
    project = f'[tool.poetry]\nname = "shop"\npackage-mode = false\n[tool.poetry.dependencies]\npython = "{PYTHON}.*"\n'
    packages = "".join(
        f'[[package]]\nname = "{w.name}"\nversion = "{w.version}"\noptional = false\npython-versions = "*"\n'
        f'files = [\n    {{file = "{w.filename}", hash = "sha256:{w.sha256}"}},\n]\n\n'
        for w in WHEELS
    )
    metadata = f'[metadata]\nlock-version = "2.1"\npython-versions = "{PYTHON}.*"\ncontent-hash = ""\n'
    return project + asked, packages + metadata


def files(manager: str, here: World) -> dict[str, str]:
    url, pinned = here.index.url, "".join(f"{pin}\n" for pin in PINS.values())
    there: dict[str, dict[str, str]] = {
        "uv": {"pyproject.toml": PROJECT, "uv.lock": here.lock()},
        "poetry": dict(zip(("pyproject.toml", "poetry.lock"), poetry(), strict=True)),
        "pdm": {"pyproject.toml": f"{PROJECT}[tool.pdm]\ndistribution = false\n", "pdm.lock": pdm()},
        "pipenv": {"Pipfile": pipfile(url), "Pipfile.lock": pipfile_lock(url)},
        "pipenv without a lock": {"Pipfile": pipfile(url)},
        "pylock": {"pyproject.toml": PROJECT, "pylock.toml": pylock(url)},
        "rye": {"pyproject.toml": f"{PROJECT}[tool.rye]\nvirtual = true\n", "requirements.lock": pinned},
        "pip with hashes": {"requirements.txt": HASHED},
        "pip with pins": {"requirements.txt": pinned},
        "pip with names": {"requirements.txt": "".join(f"{name}\n" for name in NAMES)},
        "no lock": {"pyproject.toml": PROJECT},
        "conda": {
            "environment.yml": f"name: shop\ndependencies:\n  - python={PYTHON}\n  - pip\n  - pip:\n"
            + "".join(f"      - {pin}\n" for pin in PINS.values())
        },
        "pep723": {
            "main.py": f'# /// script\n# requires-python = "=={PYTHON}.*"\n# dependencies = {NAMES}\n# ///\n{MAIN}'
        },
    }
    return {"main.py": MAIN, ".python-version": PYTHON, **there[manager]}


MANAGERS = (
    "poetry", "pdm", "pipenv", "pipenv without a lock", "pylock", "rye", "pip with hashes", "pip with pins",
    "pip with names", "no lock", "conda", "pep723",
)  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("managers") / "home", bytecode=False) as made:
        yield made.fresh("configured", UV_DEFAULT_INDEX=made.index.url)


@pytest.fixture(scope="module")
def expected(here: World, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the environment that uv's lock becomes."""
    return environment("uv", here, tmp_path_factory.mktemp("uv"))


def environment(manager: str, here: World, directory: Path) -> str:
    """The digest of the environment layer's tar."""
    for name, text in files(manager, here).items():
        (directory / name).write_text(text)
    built = here.pottle("build", "-t", "shop", directory)
    assert built.code == 0, built.err
    config = here.image("shop").config
    (number,) = [n for n, step in enumerate(config.history) if step.created_by == "pottle: environment"]
    return config.rootfs.diff_ids[number]


@pytest.mark.parametrize("manager", MANAGERS)
def test_every_manager_becomes_the_same_environment(manager: str, here: World, expected: str, tmp_path: Path):
    assert environment(manager, here, tmp_path) == expected
