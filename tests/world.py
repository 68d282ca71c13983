"""A whole world on loopback for end-to-end tests: a signed archive, a package index, projects, and `pottle` in between."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pottle
from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings
from pottle.oci.image import Image
from pottle.oci.layout import Layout
from pottle.oci.validate import validate
from pottle.plan.bases import BASES
from pottle.sources.debian.suites import suite_named
from pottle.testing.debian_archive import DebianArchive
from pottle.testing.distribution import distribution
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
BASE = next(base for base in BASES if base.python == PYTHON)
"""The base whose Python we run on: its bytecode can be compiled by our own interpreter."""

_OURSELVES = {"PYTHONPATH": str(Path(pottle.__file__).parents[1])}

GREETING = WheelFile("greeting", files={"greeting/__init__.py": "WORDS = {'a', 'b'}\n", "greeting/data.txt": "hello\n"})
NATIVE = WheelFile("native", tag=f"cp{PYTHON.replace('.', '')}-cp{PYTHON.replace('.', '')}-manylinux_2_17_x86_64")
WHEELS = (GREETING, WheelFile("other", console_scripts={"other": "other:main"}))

BACKEND = """\
import zipfile, os, time

def build_wheel(directory, config_settings=None, metadata_directory=None):
    time.sleep(float(open("sleep").read()) if os.path.exists("sleep") else 0)
    name = "shop-1.0-py3-none-any.whl"
    info = "shop-1.0.dist-info"
    members = {
        "shop/__init__.py": open("src/shop/__init__.py").read(),
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: shop\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    members[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in [*members, f"{info}/RECORD"])
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        for path, content in members.items():
            wheel.writestr(zipfile.ZipInfo(path), content)
    return name
"""
"""A build backend that needs nothing but itself; as slow as the file `sleep` says."""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def digest(self) -> str:
        assert self.code == 0, self.err
        return self.out.strip().partition("@")[2]


@dataclass(frozen=True)
class World:
    """Servers that run, and a machine of our own below `home`."""

    home: Path
    archive: DebianArchive
    index: PackageIndex
    more: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables, which win."""

    @property
    def cache(self) -> Path:
        return Path(self.environ["POTTLE_CACHE_DIR"])

    @property
    def environ(self) -> dict[str, str]:
        mirrors = self.archive.mirrors
        return {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.home / "tmp"),
            "UV_CACHE_DIR": str(self.home / "uv"),
            "UV_HTTP_RETRIES": "0",
            "XDG_CONFIG_DIRS": str(self.home / "etc"),
            "PIP_CONFIG_FILE": os.devnull,
            "POTTLE_CACHE_DIR": str(self.home / "cache"),
            "POTTLE_DEBIAN_MIRROR": mirrors.archive,
            "POTTLE_DEBIAN_SECURITY_MIRROR": mirrors.security,
            "POTTLE_UBUNTU_MIRROR": mirrors.archive,
            **self.more,
        }

    def fresh(self, name: str, **more: str) -> "World":
        """The same servers, another machine."""
        home = self.home / name
        (home / "tmp").mkdir(parents=True)
        return replace(self, home=home, more=more)

    def pottle(self, *arguments: str | Path) -> Said:
        """`pottle ARGUMENTS`, in this process."""
        out, err = _Stream(), _Stream()
        around = Surroundings(self.environ, lambda: self.archive.now, self.archive.keys)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run([str(argument) for argument in arguments], around)
        return Said(code, out.text, err.text)

    def command(self, *arguments: str | Path) -> list[str]:
        """The same as a program of its own."""
        key = self.home / "key.pgp"
        key.write_bytes(self.archive.keys[0])
        launcher = Path(__file__).with_name("launch.py")
        return [sys.executable, str(launcher), str(key), str(self.archive.now.timestamp()), *map(str, arguments)]

    def start(self, *arguments: str | Path, before: tuple[str, ...] = (), **how: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*before, *self.command(*arguments)],
            env=self.environ | _OURSELVES,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **how,
        )  # type: ignore[call-overload]

    def spawn(self, *arguments: str | Path, **how: object) -> Said:
        """Started and waited for."""
        with self.start(*arguments, **how) as process:
            out, err = process.communicate(timeout=60)
        return Said(process.returncode, out, err)

    def image(self, name: str) -> Image:
        """The valid image that the store has under `name`."""
        store = Layout.open(self.cache / "store")
        image = Image.load(store, store.references()[f"docker.io/library/{name}:latest"])
        validate(image)
        return image

    # --- projects

    def virtual(self, directory: Path, **files: str) -> Path:
        """A project without a build system: a script, a lock."""
        return self._project(directory, "virtual", "", {"main.py": "import greeting\nprint(greeting.WORDS)\n", **files})

    def packaged(self, directory: Path, **files: str) -> Path:
        """A project with a build backend in its own tree."""
        system = '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["backend"]\n'
        system += '[project.scripts]\nshop = "shop:main"\n'
        own = {"src/shop/__init__.py": "def main():\n    print('shop')\n", "backend/own.py": BACKEND, "extra.txt": "x"}
        return self._project(directory, "editable", system, {**own, **files})

    def _project(self, directory: Path, kind: str, system: str, files: Mapping[str, str]) -> Path:
        project = f'[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "=={PYTHON}.*"\n'
        project += f"dependencies = {[wheel.name for wheel in WHEELS]}\n\n{system}"
        written = {"pyproject.toml": project, "uv.lock": self.lock(kind), **files}
        for name, content in written.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return directory

    def poetry(self, directory: Path, wheels: tuple[WheelFile, ...] = WHEELS) -> Path:
        """A project of Poetry that is no package, with the lock that Poetry writes: no place of any file."""
        asked = "".join(f'{wheel.name} = "*"\n' for wheel in wheels)
        project = (
            f'[tool.poetry]\nname = "shop"\npackage-mode = false\n[tool.poetry.dependencies]\npython = "{PYTHON}.*"\n'
        )
        lock = "".join(
            f'[[package]]\nname = "{wheel.name}"\nversion = "{wheel.version}"\noptional = false\npython-versions = "*"\n'
            f'files = [\n    {{file = "{wheel.filename}", hash = "sha256:{wheel.sha256}"}},\n]\n\n'
            for wheel in wheels
        )
        metadata = f'[metadata]\nlock-version = "2.1"\npython-versions = "{PYTHON}.*"\ncontent-hash = ""\n'
        directory.mkdir(parents=True)
        (directory / "pyproject.toml").write_text(project + asked)
        (directory / "poetry.lock").write_text(lock + metadata)
        (directory / ".python-version").write_text(PYTHON)
        (directory / "main.py").write_text("import greeting\nprint(greeting.WORDS)\n")
        return directory

    def lock(self, kind: str = "virtual", wheels: tuple[WheelFile, ...] = WHEELS) -> str:
        """A `uv.lock` as uv writes it."""
        text = f'version = 1\nrevision = 3\nrequires-python = "=={PYTHON}.*"\n'
        for wheel in wheels:
            listed = (
                f'{{ url = "{self.index.url_of(wheel)}", hash = "sha256:{wheel.sha256}", size = {len(wheel.content)} }}'
            )
            text += f'\n[[package]]\nname = "{wheel.name}"\nversion = "{wheel.version}"\n'
            text += f'source = {{ registry = "{self.index.url}" }}\nwheels = [\n    {listed},\n]\n'
        needs = "".join(f'    {{ name = "{wheel.name}" }},\n' for wheel in wheels)
        own = (
            f'\n[[package]]\nname = "shop"\nversion = "1.0"\nsource = {{ {kind} = "." }}\ndependencies = [\n{needs}]\n'
        )
        return text + own + f"\n[package.metadata]\nrequires-dist = [\n{needs}]\n"


@contextmanager
def world(home: Path, *, bytecode: bool = True, index: PackageIndex | None = None) -> Iterator[World]:
    """A new one. Without `bytecode`, the image's interpreter does not run here."""
    (home / "tmp").mkdir(parents=True)
    with DebianArchive(suite_named(BASE.suite)) as archive, index or PackageIndex(*WHEELS, NATIVE) as served:
        archive.add(*distribution(BASE.suite, Path(sys.executable) if bytecode else None))
        yield World(home, archive, served)


class _Stream(io.TextIOWrapper):
    """Text that is kept, over bytes as a real stream is."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    @property
    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()
