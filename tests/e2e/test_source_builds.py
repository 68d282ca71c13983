"""Distributions without a wheel: built in the sandbox from the real index and the real archive, and used in the image."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest
from tests.e2e.command import Pottle
from tests.test_hostile_sources import members, sdist

from pottle.testing.crate_registry import CrateFile, CrateRegistry

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.slow]

CASES = {
    "psycopg2": ("2.9.10", "import psycopg2; print(psycopg2.__libpq_version__)"),
    "mysqlclient": ("2.2.7", "import MySQLdb; print(MySQLdb.get_client_info())"),
    "python-ldap": ("3.4.4", "import ldap; print(ldap.VENDOR_VERSION)"),
    "pycairo": ("1.28.0", "import cairo; print(cairo.cairo_version_string())"),
    "pyaudio": ("0.2.14", "import pyaudio; print(pyaudio.get_portaudio_version())"),
    "uwsgi": ("2.0.30", "import subprocess; print(subprocess.check_output(['uwsgi', '--version']).decode())"),
    "plyvel": ("1.5.1", "import plyvel; print(plyvel.__leveldb_version__)"),  # Cython
    "pyscard": (
        "2.3.1",
        "from smartcard.scard import SCardEstablishContext as f; print(f(0)[0] & 0xff)",
    ),  # opens libpcsclite
    "libusb1": ("3.3.1", "import usb1; print(usb1.getVersion())"),  # Python that opens libusb
    "rpds-py": ("0.21.0", "import rpds; print(rpds.HashTrieMap({1: 2}))"),  # Rust, with the suite's crates
    "orjson": (
        "3.13.0",
        "import orjson; print(orjson.dumps({}))",
    ),  # Rust, newer than the suite's own; it brings its crates
}

CONFIGURED = {"rpds-py": 'build-packages = ["librust-pyo3-dev"]'}

PYPROJECT = """\
[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
dependencies = ["{name}=={version}"]
[tool.pottle]
{more}
"""


QUICK = ("psycopg2", "plyvel")
"""Of the others each takes a minute or more: `make long`."""


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.long) for n in CASES])
def test_it_is_built_twice_alike_and_works(pottle: Pottle, project, name: str, tmp_path: Path):
    version, script = CASES[name]
    path = project(
        {
            "pyproject.toml": PYPROJECT.format(name=name, version=version, more=CONFIGURED.get(name, "")),
            "main.py": script,
        }
    )
    lock = path / "uv.lock"
    lock.write_text(re.sub(r"wheels = \[\n(?: .*\n)*\]\n", "", lock.read_text()))
    pottle("build", path)
    ran = pottle.call("run", "--backend=unshare", path)
    assert ran.code == 0, ran.stderr
    assert ran.stdout.strip()
    first = built(pottle)
    shutil.rmtree(cache(pottle) / "built")
    shutil.rmtree(cache(pottle) / "layers")
    pottle("build", path)
    again = built(pottle)
    assert again
    assert again.items() <= first.items()  # the first of them were of other tests as well


CRATE = CrateFile("greeting", "1.2.3", {"src/lib.rs": 'pub fn words() -> &\'static str { "from a registry" }\n'})

RUST = {
    "pyproject.toml": '[project]\nname = "thing"\nversion = "1.0"\n'
    '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n[tool.maturin]\nbindings = "bin"\n',
    "Cargo.toml": '[package]\nname = "thing"\nversion = "1.0.0"\nedition = "2021"\n[dependencies]\ngreeting = "1"\n',
    "src/main.rs": 'fn main() { println!("{}", greeting::words()); }\n',
}


@pytest.mark.long
def test_crates_come_from_the_registry_that_the_lock_names(pottle: Pottle, tmp_path: Path):
    own = 'version = 3\n[[package]]\nname = "thing"\nversion = "1.0.0"\ndependencies = ["greeting"]\n'
    found = []
    with CrateRegistry(CRATE) as registry:
        lock = own + CRATE.locked(registry.git)
        for name in ("one", "two"):
            shutil.rmtree(cache(pottle) / "built", ignore_errors=True)
            files = {f"thing-1.0/{path}": text for path, text in (RUST | {"Cargo.lock": lock}).items()}
            root = sdist(tmp_path / name, files, python="3.13")
            (root / "main.py").write_text("import subprocess; subprocess.run(['thing'], check=True)\n")
            pottle("build", root)
            found.append(built(pottle))
    assert pottle.call("run", "--backend=unshare", root).stdout == "from a registry\n"
    assert found[0].items() >= found[1].items() != set()
    assert registry.requests == ["/owner/index/raw/HEAD/config.json", "/crates/greeting/1.2.3/download"]


def test_what_it_is_built_with_has_no_wheel_either(pottle: Pottle, tmp_path: Path):
    """docopt is on the index as a source archive alone, whose `setup.py` says what it needs."""
    files = members()
    files["thing-1.0/backend/own.py"] = "import docopt\n" + files["thing-1.0/backend/own.py"]
    system = files["thing-1.0/pyproject.toml"]
    files["thing-1.0/pyproject.toml"] = system.replace("requires = []", 'requires = ["docopt==0.6.2"]')
    pottle("build", sdist(tmp_path / "shop", files, python="3.13"))
    assert "docopt-0.6.2-py2.py3-none-any.whl" in built(pottle)


HOSTILE = {
    "a fork bomb": ("import os\nwhile True:\n    os.fork()", "processes|Resource temporarily unavailable"),
    "the network": (
        "import urllib.request\nurllib.request.urlopen('http://pypi.example/')",
        "name resolution|has no network",
    ),
    "the disk": (
        "n = 0\nwhile True:\n    n += 1\n    open(f'/build/out/{n}', 'wb').write(bytes(1 << 24))",
        "it wrote more than|No space left|File too large",
    ),
    "the memory": ("kept = []\nwhile True:\n    kept.append(bytearray(b'x' * (1 << 26)))", "of memory|MemoryError"),
    "a file of the machine": ("open('/usr/lib/escaped', 'w')", "Read-only file system|Permission denied"),
}


GREEDY = ("a fork bomb", "the memory")
"""What is beside them on a small machine has to wait, or fails: `make long`."""


@pytest.mark.parametrize(
    ("script", "told"),
    [pytest.param(*case, id=n, marks=pytest.mark.long if n in GREEDY else ()) for n, case in HOSTILE.items()],
)
def test_a_hostile_source_is_one_error(pottle: Pottle, tmp_path: Path, script: str, told: str):
    backend = f"def build_wheel(directory, *_):\n    exec({script!r})\n"
    root = sdist(tmp_path / "shop", {**members(), "thing-1.0/backend/own.py": backend}, python="3.13")
    ended = pottle.call("build", root)
    assert ended.code == 3
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert re.search(told, errors[0]), ended.stderr
    assert not [path for path in Path("/usr/lib").iterdir() if path.name == "escaped"]


def cache(pottle: Pottle) -> Path:
    return Path(pottle.environ["POTTLE_CACHE_DIR"])


def built(pottle: Pottle) -> dict[str, str]:
    wheels = (cache(pottle) / "built").glob("*/*.whl")
    return {wheel.name: hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels}
