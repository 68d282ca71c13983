"""What uv unpacked becomes the image's environment, whatever Python, umask or user unpacked it."""

import base64
import csv
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pottle.build.environment import Environment, empty, importable, populate
from pottle.errors import SourceError
from pottle.oci.entry import Directory, File, Symlink
from pottle.sources.pypi import installed
from pottle.testing.wheel_file import WheelFile

HERE = Environment("3.13")
SITE = "opt/venv/lib/python3.13/site-packages"


def unpacked(prefix: Path, *wheels: WheelFile, host: str = "3.11", shebang: str = "#!/host/bin/python3.11\n"):
    """As `uv pip sync --prefix` lays wheels out for a Python of this machine."""
    site = prefix / f"lib/python{host}/site-packages"
    for wheel in wheels:
        site.mkdir(parents=True, exist_ok=True)
        archive = prefix / "wheel.zip"
        archive.write_bytes(wheel.content)
        with zipfile.ZipFile(archive) as members:
            members.extractall(site)
        archive.unlink()
        _lay_out(prefix, site, wheel, shebang)
    return installed.read(prefix)


def _lay_out(prefix: Path, site: Path, wheel: WheelFile, shebang: str) -> None:
    data = site / f"{wheel.escaped_name}-{wheel.version}.data"
    record = site / f"{wheel.escaped_name}-{wheel.version}.dist-info" / "RECORD"
    lines = record.read_text()
    for file in sorted(data.rglob("*")) if data.is_dir() else ():
        if file.is_file():
            kind, *rest = file.relative_to(data).parts
            to = prefix.joinpath(*{"scripts": ["bin"], "data": []}[kind], *rest)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(file.read_text().replace("#!python\n", shebang))
            lines = lines.replace(str(file.relative_to(site)), os.path.relpath(to, site))
    for name in wheel.console_scripts:
        (prefix / "bin").mkdir(exist_ok=True)
        (prefix / "bin" / name).write_text(shebang + "host's own form\n")
        lines += f"../../../bin/{name},sha256=AAAA,1\n"
    record.write_text(lines)


def placed(populated) -> dict[str, File]:
    return {file.path: file for files in populated.entries.values() for file in files}


def test_an_empty_environment_is_what_pep_405_asks_for():
    entries = {entry.path: entry for entry in empty(HERE)}
    assert entries["opt/venv/pyvenv.cfg"].read() == b"home = /usr/bin\ninclude-system-site-packages = false\n"
    assert entries["opt/venv/bin/python"] == Symlink("opt/venv/bin/python", "/usr/bin/python3.13")
    assert entries["opt/venv/bin/python3.13"] == Symlink("opt/venv/bin/python3.13", "python")
    assert entries[SITE] == Directory(SITE)


def test_packages_go_to_the_images_site_packages(tmp_path):
    files = placed(populate(HERE, unpacked(tmp_path, WheelFile("demo"))))
    assert f"{SITE}/demo.py" in files
    assert files[f"{SITE}/demo-1.0.dist-info/INSTALLER"].read() == b"pottle\n"


def test_data_lies_where_the_wheel_wants_it_and_packages_of_that_name_stay_packages(tmp_path):
    wheel = WheelFile("demo", files={"share/__init__.py": "", "demo-1.0.data/data/share/man/demo.1": "page"})
    files = placed(populate(HERE, unpacked(tmp_path, wheel)))
    assert {"opt/venv/share/man/demo.1", f"{SITE}/share/__init__.py"} <= files.keys()


def test_entry_points_have_one_form(tmp_path):
    wheel = WheelFile("demo", console_scripts={"demo": "demo.cli:App.main [extra]"})
    script = placed(populate(HERE, unpacked(tmp_path, wheel)))["opt/venv/bin/demo"]
    assert script.mode == 0o755
    assert script.read().decode().splitlines() == [
        "#!/opt/venv/bin/python",
        "import sys",
        "",
        "from demo.cli import App",
        "",
        'if __name__ == "__main__":',
        "    sys.exit(App.main())",
    ]


SHEBANGS = {
    "written by uv": ("#!python\nx = 1\n", b"#!/opt/venv/bin/python\nx = 1\n"),
    "through env": ("#!/usr/bin/env python3\nx = 1\n", b"#!/opt/venv/bin/python\nx = 1\n"),
    "another Python's": ("#!/usr/local/bin/python3.7\r\nx = 1\n", b"#!/opt/venv/bin/python\nx = 1\n"),
    "a shell's": ("#!/bin/sh\necho\n", b"#!/bin/sh\necho\n"),
    "a shell's through env": ("#!/usr/bin/env bash\necho\n", b"#!/usr/bin/env bash\necho\n"),
    "none": ("\x7fELF", b"\x7fELF"),
    "empty": ("#!\n", b"#!\n"),
}


@pytest.mark.parametrize(("text", "expected"), SHEBANGS.values(), ids=SHEBANGS)
def test_scripts_for_python_run_under_the_environments(tmp_path, text, expected):
    wheel = WheelFile("demo", files={"demo-1.0.data/scripts/tool": text})
    script = placed(populate(HERE, unpacked(tmp_path, wheel)))["opt/venv/bin/tool"]
    assert (script.read(), script.mode) == (expected, 0o755)


def test_the_long_form_of_a_shebang_is_known(tmp_path):
    long = "#!/bin/sh\n'''exec' \"/a path/python\" \"$0\" \"$@\"\n' '''\n"
    wheel = WheelFile("demo", files={"demo-1.0.data/scripts/tool": "#!python\nx = 1\n"})
    script = placed(populate(HERE, unpacked(tmp_path, wheel, shebang=long)))["opt/venv/bin/tool"]
    assert script.read() == b"#!/opt/venv/bin/python\nx = 1\n"


def test_every_line_of_record_is_true(tmp_path):
    wheel = WheelFile(
        "demo",
        files={
            "demo/__init__.py": "",
            "demo-1.0.data/scripts/tool": "#!python\n",
            "demo-1.0.data/data/etc/demo.conf": "a=1",
        },
        console_scripts={"demo": "demo:main"},
    )
    files = placed(populate(HERE, unpacked(tmp_path, wheel)))
    text = files[f"{SITE}/demo-1.0.dist-info/RECORD"].read().decode()
    rows = list(csv.reader(text.splitlines()))
    assert rows == sorted(rows)
    assert not any(path.startswith("/") for path, _, _ in rows)
    assert {os.path.normpath(f"{SITE}/{path}") for path, _, _ in rows} == files.keys()
    for path, digest, size in rows:
        content = files[os.path.normpath(f"{SITE}/{path}")].read()
        expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        assert path.endswith("/RECORD") or (digest, int(size)) == (f"sha256={expected}", len(content))


def test_what_an_installer_leaves_behind_is_left_out(tmp_path):
    wheel = WheelFile("demo")
    unpacked(tmp_path, wheel)
    site = tmp_path / "lib/python3.11/site-packages"
    (tmp_path / ".lock").touch()
    for path in (
        "demo-1.0.dist-info/REQUESTED",
        "demo-1.0.dist-info/direct_url.json",
        "__pycache__/demo.cpython-311.pyc",
    ):
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_text("{}")
    with (site / "demo-1.0.dist-info/RECORD").open("a") as record:
        record.write("demo-1.0.dist-info/REQUESTED,,\ndemo-1.0.dist-info/direct_url.json,,\n")
    names = {Path(path).name for path in placed(populate(HERE, installed.read(tmp_path)))}
    assert names == {"demo.py", "METADATA", "WHEEL", "RECORD", "INSTALLER"}


def test_modes_are_the_wheels_and_never_the_umasks(tmp_path):
    wheel = WheelFile("demo", files={"demo.py": "", "demo.so": b"\x7fELF"})
    found = unpacked(tmp_path, wheel)
    (tmp_path / "lib/python3.11/site-packages/demo.py").chmod(0o600)
    (tmp_path / "lib/python3.11/site-packages/demo.so").chmod(0o700)
    del found
    files = placed(populate(HERE, installed.read(tmp_path)))
    assert files[f"{SITE}/demo.py"].mode == 0o644
    assert files[f"{SITE}/demo.so"].mode == 0o755


def test_the_machines_python_leaves_no_trace(tmp_path):
    wheel = WheelFile(
        "demo", files={"demo.py": "", "demo-1.0.data/scripts/tool": "#!python\n"}, console_scripts={"demo": "demo:x"}
    )
    one = populate(HERE, unpacked(tmp_path / "a", wheel))
    two = populate(HERE, unpacked(tmp_path / "b", wheel, host="3.14", shebang="#!/opt/another/python3.14\n"))
    assert {p: (f.read(), f.mode) for p, f in placed(one).items()} == {
        p: (f.read(), f.mode) for p, f in placed(two).items()
    }


def test_the_last_by_name_wins_a_contested_path_and_both_are_named(tmp_path):
    one = unpacked(tmp_path / "one", WheelFile("one", files={"shared.py": "1"}))
    two = unpacked(tmp_path / "two", WheelFile("two", files={"shared.py": "2"}))
    for order in ([*one, *two], [*two, *one]):
        populated = populate(HERE, order)
        assert placed(populated)[f"{SITE}/shared.py"].read() == b"2"
        assert populated.warnings == (f"one and two both bring /{SITE}/shared.py: two's is used",)
        assert "shared.py" not in placed(populated)[f"{SITE}/one-1.0.dist-info/RECORD"].read().decode()


def test_the_same_file_twice_is_no_news_and_belongs_to_both(tmp_path):
    one = unpacked(tmp_path / "one", WheelFile("one", files={"ns/__init__.py": ""}))
    two = unpacked(tmp_path / "two", WheelFile("two", files={"ns/__init__.py": ""}))
    populated = populate(HERE, [*one, *two])
    assert populated.warnings == ()
    for name in ("one", "two"):
        files = {file.path: file for file in populated.entries[name]}
        assert f"{SITE}/ns/__init__.py" in files
        assert "ns/__init__.py" in files[f"{SITE}/{name}-1.0.dist-info/RECORD"].read().decode()


def test_symbolic_links_are_not_followed(tmp_path):
    unpacked(tmp_path, WheelFile("demo", files={"demo.py": "", "link.py": "x"}))
    link = tmp_path / "lib/python3.11/site-packages/link.py"
    link.unlink()
    link.symlink_to("/etc/passwd")
    assert f"{SITE}/link.py" not in placed(populate(HERE, installed.read(tmp_path)))


BAD_SCRIPTS = {
    "a path for a name": {"../../etc/profile": "demo:main"},
    "an absolute path": {"/bin/sh": "demo:main"},
    "code for a target": {"demo": "demo:main(); import os #"},
    "no function": {"demo": "demo"},
}


@pytest.mark.parametrize("scripts", BAD_SCRIPTS.values(), ids=BAD_SCRIPTS)
def test_an_entry_point_cannot_be_anything_but_one(tmp_path, scripts):
    wheel = WheelFile("demo", files={"demo.py": ""}, console_scripts=scripts)
    unpacked(tmp_path, WheelFile("demo", files={"demo.py": ""}))
    info = tmp_path / "lib/python3.11/site-packages/demo-1.0.dist-info"
    with zipfile.ZipFile(_saved(tmp_path, wheel)) as members:
        (info / "entry_points.txt").write_bytes(members.read("demo-1.0.dist-info/entry_points.txt"))
    with pytest.raises(SourceError, match="not an entry point in demo"):
        populate(HERE, installed.read(tmp_path))


def _saved(tmp_path: Path, wheel: WheelFile) -> Path:
    (tmp_path / "saved.whl").write_bytes(wheel.content)
    return tmp_path / "saved.whl"


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("pandas/tests/frame/test_api.py", False),
        ("numpy/tests/conftest.py", False),
        ("twisted/test/test_abstract.py", False),
        ("grpc/tests/channel_test.py", False),
        ("pandas/tests/frame/common.py", True),
        ("astropy/tests/runner.py", True),
        ("jinja2/tests.py", True),
        ("pandas/_testing/__init__.py", True),
        ("test_app.py", True),
        ("contests/test_it.py", True),
        ("tests/test_data.py/real.py", True),
    ],
)
def test_modules_that_only_pytest_imports_are_not_worth_bytecode(path: str, counts: bool):
    file = File(f"opt/venv/lib/python3.13/site-packages/{path}", b"")
    assert (importable([file]) == (file,)) is counts


def test_a_wheel_cannot_replace_the_interpreter(tmp_path):
    wheel = WheelFile("demo", files={"demo-1.0.data/scripts/python": "#!/bin/sh\n"})
    with pytest.raises(SourceError, match="the wheel of demo would replace /opt/venv/bin/python"):
        populate(HERE, unpacked(tmp_path, wheel))


def test_a_real_python_finds_the_distribution_and_runs_its_script(tmp_path):
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    here = Environment(version, str(tmp_path / "root").lstrip("/"), os.path.realpath(sys.executable))
    code = "from importlib.metadata import distribution\ndef main(): print(distribution('demo').version)\n"
    wheel = WheelFile("demo", version="7.1", files={"demo.py": code}, console_scripts={"demo": "demo:main"})
    for entry in [*empty(here), *placed(populate(here, unpacked(tmp_path / "uv", wheel))).values()]:
        path = Path("/", entry.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        match entry:
            case File():
                path.write_bytes(entry.read())
                path.chmod(entry.mode)
            case Symlink():
                path.symlink_to(entry.target)
            case Directory():
                path.mkdir(exist_ok=True)
    script = tmp_path / "root/bin/demo"
    ran = subprocess.run([script], env={}, capture_output=True, text=True, check=True)
    assert ran.stdout == "7.1\n"
