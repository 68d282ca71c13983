"""What is compiled, what the compiler is told, and what of it comes into the image."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pottle.build import builder_root
from pottle.build.program import Program, compiled
from pottle.build.sandbox import Ended, Task
from pottle.build.workshop import Workshop
from pottle.config.layer import from_pyproject
from pottle.errors import ProjectError
from pottle.oci.config import Execution
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.image import Addendum, Image, Makeup, assemble
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.plan.lock import Build, BuildRequirement, LockedPlan
from pottle.plan.model import CompileProgram, LayerPlan, MakeDirectories, compiles
from pottle.plan.planner import make_plan
from pottle.progress import Silent
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.stop import Stop

AMD64 = Platform.parse("linux/amd64")
SITE = "opt/venv/lib/python3.13/site-packages"
SCRIPT = "#!/opt/venv/bin/python\nimport sys\n\nfrom shop import main\n\nsys.exit(main())\n"
SHOP = {
    f"{SITE}/shop/__init__.py": "def main(): ...",
    f"{SITE}/shop/words.txt": "words",
    f"{SITE}/shop/templates/a.html": "a",
    f"{SITE}/shop/py.typed": "",
    f"{SITE}/shop-1.0.dist-info/RECORD": "shop/__init__.py,,\nshop/words.txt,,\nshop-1.0.dist-info/RECORD,,\n",
    f"{SITE}/shop-1.0.dist-info/METADATA": "Name: shop",
    f"{SITE}/shop-1.0.dist-info/entry_points.txt": "",
    f"{SITE}/unused/__init__.py": "",
    f"{SITE}/unused/data.json": "{}",
    f"{SITE}/unused-1.0.dist-info/RECORD": "unused/__init__.py,,\n",
    f"{SITE}/unused-1.0.dist-info/METADATA": "Name: unused",
    f"{SITE}/wheel.libs/libwheel-1a2b.so.1": "",
    "opt/venv/bin/shop": SCRIPT,
    "app/main.py": "print()\n",
    "app/page.html": "page",
}
REPORT = '<module name="shop" kind="x">\n<module name="__main__">\n'
MADE = {"shop.bin": "\x7fELF", "libz.so.1": "", "libwheel-1a2b.so.1": "", "orjson.so": ""}


@dataclass
class Supplies:
    """A compiler of one file."""

    asked: list[Any] = field(default_factory=list)

    def packages(self, packages: Any) -> tuple[()]:
        return ()

    def source(self, source: Any, into: Path) -> None:
        self.asked.append(source)
        (into / "nuitka").mkdir(parents=True)
        (into / "nuitka" / "__main__.py").write_text("")


@dataclass
class Compiling:
    """A sandbox in which a compiler makes what a test wants, and what it was shown."""

    made: Mapping[str, str] = field(default_factory=lambda: MADE)
    ended: Ended = field(default_factory=lambda: Ended(0, ""))
    tasks: list[Task] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)

    def run_in(self, root: Path, task: Task, platform: Platform, stop: Stop) -> Ended:
        self.tasks.append(task)
        for place, directory in task.readable.items():
            for path in directory.rglob("*.py"):
                self.shown[f"{place}/{path.relative_to(directory)}"] = path.read_text()
        out = task.writable["/build/out"]
        for name, content in self.made.items():
            path = out / "pottle_program.dist" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        (out / "report.xml").write_text(REPORT)
        return self.ended


def locked(change: Callable[[CompileProgram], CompileProgram], *more: LayerPlan) -> LockedPlan:
    text = '[tool.pottle]\ncompile = "nuitka"\npython = "3.13"\n'
    tree = DictTree({"pyproject.toml": text, "main.py": "print()"})
    plan = make_plan(read_project(tree), from_pyproject(text).options(), AMD64)
    step = compiles(plan.layers)
    assert step is not None
    program = LayerPlan("program", (change(step),), "it is compiled")
    plan = replace(plan, name="shop", layers=(*more, *plan.layers[:-1], program))
    nuitka = Build("nuitka", (BuildRequirement("nuitka", "4.0", ("0" * 64,)),))
    return LockedPlan(plan, (), (), (), None, builds=(nuitka,))


def image(store: Layout, files: Mapping[str, str], links: Mapping[str, str]) -> Image:
    entries: list[Entry] = [File(path, content.encode()) for path, content in files.items()]
    entries += [Symlink(path, target) for path, target in links.items()]
    layer = write_layer(entries, store, mtime=0, compression="gzip", check=lambda: None)
    return assemble([Addendum(layer, "")], Makeup(AMD64, 0, Execution()), store)


def script(step: CompileProgram) -> CompileProgram:
    return replace(step, starts="script", name="shop", program="/app/shop.bin", includes=("shop",))


def made(
    directory: Path,
    sandbox: Compiling,
    change: Callable[[CompileProgram], CompileProgram] = script,
    files: Mapping[str, str] = SHOP,
    *more: LayerPlan,
    links: Mapping[str, str] | None = None,
) -> Program:
    workshop = Workshop(directory / "cache", Supplies(), Silent(), Stop(), sandbox)  # type: ignore[arg-type]
    plan = locked(change, *more)
    step = compiles(plan.plan.layers)
    assert step is not None
    root = builder_root.root((), None, workshop)
    (root / builder_root.LIBRARIES).write_text(json.dumps({"libz.so.1": "zlib1g"}))
    return compiled(step, plan, image(workshop.store, files, links or {}), workshop, directory / "work")


def contents(program: Program) -> dict[str, str]:
    return {entry.path: entry.read().decode() for entry in program.entries if isinstance(entry, File)}


def test_a_console_script_is_the_main_module(tmp_path: Path):
    sandbox = Compiling()
    made(tmp_path, sandbox)
    (task,) = sandbox.tasks
    assert task.argv[:3] == ("/build/environment/bin/python", "-m", "nuitka")
    assert task.argv[-1] == "/build/source/main/pottle_program.py"
    assert "--include-package=shop" in task.argv
    assert sandbox.shown["/build/source/main/pottle_program.py"] == "#" + SCRIPT[22:]


def test_the_project_s_own_files_are_beside_it_and_its_code_is_not(tmp_path: Path):
    found = contents(made(tmp_path, Compiling()))
    assert found["app/page.html"] == "page"
    assert not [path for path in found if path.endswith(".py")]


def test_data_and_metadata_are_those_of_what_is_a_part_of_it(tmp_path: Path):
    found = contents(made(tmp_path, Compiling()))
    assert {path for path in found if path.startswith(("app/shop/", "app/shop-1.0"))} == {
        "app/shop/words.txt",
        "app/shop/templates/a.html",
        "app/shop-1.0.dist-info/METADATA",
        "app/shop-1.0.dist-info/entry_points.txt",
    }
    assert not [path for path in found if "unused" in path]


def test_a_library_of_debian_s_is_left_to_its_place_and_one_of_a_wheel_is_kept(tmp_path: Path):
    found = contents(made(tmp_path, Compiling()))
    assert "app/libz.so.1" not in found
    assert {"app/shop.bin", "app/orjson.so", "app/libwheel-1a2b.so.1"} <= found.keys()


def test_a_file_is_compiled_where_it_lies(tmp_path: Path):
    sandbox = Compiling()
    made(tmp_path, sandbox, lambda step: step, {"app/main.py": "#!/bin/python\nimport other\n", "app/other.py": ""})
    assert sandbox.shown["/build/source/app/main.py"] == "#\nimport other\n"
    assert sandbox.tasks[0].argv[-1] == "/build/source/app/main.py"
    assert {"/build/source/app/main.py", "/build/source/app/other.py"} <= sandbox.shown.keys()
    assert not [word for word in sandbox.tasks[0].argv if word.startswith("--user-plugin")]


@pytest.mark.parametrize(
    ("top", "inside"), [("app", "/build/source/app"), (SITE, "/build/environment/lib/python3.13/site-packages")]
)
def test_a_package_is_compiled_as_python_runs_it(tmp_path: Path, top: str, inside: str):
    sandbox = Compiling()
    files = {f"{top}/shop/__init__.py": "", f"{top}/shop/__main__.py": "from . import x\n", "app/a": ""}
    made(tmp_path, sandbox, lambda step: replace(step, starts="module", name="shop"), files)
    assert sandbox.tasks[0].argv[-1] == f"{inside}/shop"
    assert "--python-flag=-m" in sandbox.tasks[0].argv


def test_what_is_done_first_is_a_plugin(tmp_path: Path):
    sandbox = Compiling()
    made(tmp_path, sandbox, lambda step: replace(script(step), healthy="pass"))
    assert "--user-plugin=/build/source/main/pottle_start.py" in sandbox.tasks[0].argv
    assert "def healthy():\n    pass\n" in sandbox.shown["/build/source/main/pottle_start.py"]


@pytest.mark.parametrize(
    ("name", "files", "told"),
    [
        ("absent", {}, "absent is not in the environment"),
        ("uwsgi", {"opt/venv/bin/uwsgi": "\x7fELF"}, "uwsgi is no program of Python's"),
    ],
)
def test_what_is_no_script_is_one_error(tmp_path: Path, name: str, files: dict[str, str], told: str):
    with pytest.raises(ProjectError, match=told):
        made(tmp_path, Compiling(), lambda step: replace(script(step), name=name), files)


def test_no_link_of_the_project_leads_to_a_file_of_the_machine(tmp_path: Path):
    (tmp_path / "outside").mkdir()
    mine = tmp_path / "outside" / "__main__.py"
    mine.write_text("#!/bin/python\n")
    with pytest.raises(ProjectError, match="shop is not in the environment"):
        made(
            tmp_path,
            Compiling(),
            lambda step: replace(step, starts="module", name="shop"),
            {"app/main.py": ""},
            links={"app/shop": str(tmp_path / "outside")},
        )
    assert mine.read_text() == "#!/bin/python\n"


def test_a_failure_is_told_in_the_compiler_s_words(tmp_path: Path):
    said = "Nuitka: Starting\nFATAL: Error, cannot locate package 'shop'.\nNuitka: crash report\n"
    with pytest.raises(ProjectError, match="shop cannot be compiled: FATAL: Error, cannot locate package 'shop' \\("):
        made(tmp_path, Compiling(ended=Ended(1, said)))


def test_one_that_takes_too_much_says_so(tmp_path: Path):
    with pytest.raises(ProjectError, match="it was ended, since it took more than 3600 seconds"):
        made(tmp_path, Compiling(ended=Ended(137, "", "it took more than 3600 seconds")))


def test_links_out_of_it_are_left(tmp_path: Path):
    class Leading(Compiling):
        def run_in(self, *given: Any) -> Ended:
            ended = super().run_in(*given)
            dist = given[1].writable["/build/out"] / "pottle_program.dist"
            (dist / "inside").symlink_to("shop.bin")
            (dist / "outside").symlink_to("../../../etc/passwd")
            return ended

    program = made(tmp_path, Leading())
    links = [entry.path for entry in program.entries if isinstance(entry, Symlink)]
    assert links == ["app/inside"]


def test_directories_that_keep_data_and_the_name_of_its_health(tmp_path: Path):
    keeps = LayerPlan("keeps", (MakeDirectories(("/data",), 65532),), "it keeps data")
    program = made(tmp_path, Compiling(), lambda step: replace(script(step), healthy="pass"), SHOP, keeps)
    assert Directory("data", 0o775, uid=65532) in program.entries
    assert Symlink("app/healthy", "shop.bin") in program.entries
