"""Commands of the project that run in its image while that is built: what they write becomes a layer."""

import dataclasses
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from pottle.build.builder import Order, build, serves
from pottle.build.output import entries
from pottle.build.project import ProjectFiles
from pottle.build.sandbox import Command, Ended
from pottle.build.workshop import Workshop
from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.entry import Directory, File, Symlink
from pottle.oci.image import Image
from pottle.oci.platform import Platform
from pottle.oci.unpack import layer_members
from pottle.plan.lock import LockedPackage, LockedPlan, LockedWheel
from pottle.plan.model import CopyProject, LayerPlan, RunCommand
from pottle.plan.planner import make_plan
from pottle.progress import Silent
from pottle.project.assets import Asset
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.stop import Stop

STEP = RunCommand("collectstatic", ("python", "manage.py"), (("A", "b"),), ("/app/static",))


def paths(image: Image) -> list[str]:
    return [member.path for layer in image.manifest.layers for member in layer_members(image.store, layer)]


@dataclass
class Recording:
    """A sandbox that writes what a test wants."""

    files: dict[str, str] = field(default_factory=lambda: {"a.css": "a"})
    ended: Ended = field(default_factory=lambda: Ended(0, ""))
    seen: list[tuple[int, Command]] = field(default_factory=list)
    images: list[list[str]] = field(default_factory=list)
    """What each command found."""

    def run(self, image: Image, command: Command, work: Path) -> Ended:
        self.seen.append((len(image.layers), command))
        self.images.append(paths(image))
        for place in command.outputs.values():
            for name, content in self.files.items():
                (place / name).write_text(content)
        return self.ended


@dataclass
class Tools:
    """A .deb with a program in it."""

    control: str = "Package: gettext\nArchitecture: amd64\n"
    md5sums: str = ""
    preinst: str = ""
    postinst: str = ""
    templates: str = ""

    def packages(self, asked: tuple[LockedPackage, ...]) -> list["Tools"]:
        return [self for _ in asked]

    def entries(self, aside: Path | None = None):
        return iter([File("usr/bin/msgfmt", b"a program", 0o755)])


def locked(platform: str = "linux/amd64", wheels: tuple[LockedWheel, ...] = ()) -> LockedPlan:
    plan = make_plan(read_project(DictTree({"main.py": ""})), Options(), Platform.parse(platform))
    copy = LayerPlan("app", (CopyProject("/app", False, None),), "it is the app")
    static = LayerPlan("collectstatic", (STEP,), "it is written by a command")
    return LockedPlan(
        type(plan)(**{**{f: getattr(plan, f) for f in plan.__struct_fields__}, "layers": (copy, static)}),
        (),
        wheels,
        (),
        None,
    )


def made(directory: Path, sandbox: Recording, text: str = "x"):
    return build(order(directory, sandbox, text))


def order(directory: Path, sandbox: Recording, text: str = "x", platform: str = "linux/amd64") -> Order:
    project = directory / "project"
    project.mkdir(exist_ok=True)
    if not (project / "main.py").exists() or (project / "main.py").read_text() != text:
        (project / "main.py").write_text(text)
    files = ProjectFiles(project, ("main.py",), (Asset("main.py", 1, False),))
    workshop = Workshop(directory / "cache", None, Silent(), Stop(), sandbox)  # type: ignore[arg-type]
    return Order(locked(platform), files, workshop)


def test_it_runs_in_the_image_below_and_what_it_writes_is_a_layer(tmp_path: Path):
    sandbox = Recording()
    built = made(tmp_path, sandbox)
    ((below, command),) = sandbox.seen
    assert (below, command.argv, command.environment, list(command.outputs)) == (
        1,
        STEP.command,
        STEP.environment,
        ["/app/static"],
    )
    assert [name for name, _ in built.layers] == ["app", "collectstatic"]
    assert len(built.image.layers) == 2


def test_it_runs_again_only_when_something_below_has_changed(tmp_path: Path):
    sandbox = Recording()
    first = made(tmp_path, sandbox)
    assert made(tmp_path, sandbox).image.digest == first.image.digest
    assert len(sandbox.seen) == 1
    made(tmp_path, sandbox, "yy")
    assert len(sandbox.seen) == 2


def test_a_failure_is_told_in_its_own_last_words(tmp_path: Path):
    sandbox = Recording(ended=Ended(1, "Traceback …\nKeyError: 'SECRET_KEY'\n"))
    with pytest.raises(ProjectError, match=r"collectstatic failed with exit code 1: KeyError: 'SECRET_KEY'"):
        made(tmp_path, sandbox)


# --- another platform -----------------------------------------------------------------------------


class Refusing(Recording):
    """A sandbox on a machine of another platform."""

    def run(self, image: Image, command: Command, work: Path) -> Ended:
        raise AssertionError(command)


def wheel(filename: str, version: str = "1") -> LockedWheel:
    return LockedWheel("a", version, filename, None, "0" * 64, None, None)


def test_what_a_command_writes_here_serves_another_platform(tmp_path: Path):
    sandbox = Recording()
    native, foreign = order(tmp_path, sandbox), order(tmp_path, Refusing(), platform="linux/arm64")
    image = build(foreign, native)
    assert len(sandbox.seen) == 1
    assert image.made == {"app", "collectstatic"}
    assert dict(image.layers)["collectstatic"] == dict(build(native).layers)["collectstatic"]
    assert image.image.config.platform == Platform.parse("linux/arm64")
    assert build(foreign, native).made == frozenset()
    assert len(sandbox.seen) == 1


def test_it_serves_only_where_the_same_code_meets_the_same_distributions():
    here = locked(wheels=(wheel("a-1-cp313-cp313-manylinux_2_17_x86_64.whl"),))
    assert serves(here, locked("linux/arm64", (wheel("a-1-cp313-cp313-manylinux_2_17_aarch64.whl"),)))
    assert not serves(here, locked("linux/arm64", (wheel("a-2-py3-none-any.whl", "2"),)))
    assert not serves(here, locked("linux/arm64"))


def test_only_files_and_links_that_stay_inside_come_out(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b").write_text("b")
    (tmp_path / "sub/b").chmod(0o777)
    (tmp_path / "a").write_text("a")
    (tmp_path / "a").chmod(0o600)
    os.mkfifo(tmp_path / "pipe")
    for name, target in {
        "inside": "sub/b",
        "absolute": "/app/static/a",
        "out": "../secret",
        "away": "/etc/passwd",
        "dir": "sub",
    }.items():
        (tmp_path / name).symlink_to(target)
    assert list(entries(tmp_path, "/app/static")) == [
        Directory("app/static"),
        File("app/static/a", tmp_path / "a", 0o644),
        Symlink("app/static/absolute", "/app/static/a"),
        Symlink("app/static/dir", "sub"),
        Symlink("app/static/inside", "sub/b"),
        File("app/static/sub/b", tmp_path / "sub/b", 0o755),
    ]


def test_of_an_output_that_was_there_only_what_has_changed_is_taken(tmp_path: Path):
    before, now = tmp_path / "before", tmp_path / "now"
    for root in (before, now):
        (root / "sub").mkdir(parents=True)
        (root / "same").write_text("same")
        (root / "other").write_text("other")
        (root / "mode").write_text("x")
        (root / "link").symlink_to("same")
    (now / "other").write_text("after")
    (now / "mode").chmod(0o755)
    (now / "sub/new").write_text("new")
    (before / "gone").write_text("gone")
    found = {entry.path: entry for entry in entries(now, "/app/locale", before)}
    assert sorted(found) == ["app/locale/mode", "app/locale/other", "app/locale/sub/new"]


def test_a_command_that_takes_too_much_says_so(tmp_path: Path):
    sandbox = Recording(ended=Ended(137, "", "it took more than 8 GiB of memory"))
    with pytest.raises(ProjectError, match="collectstatic was ended, since it took more than 8 GiB of memory"):
        made(tmp_path, sandbox)


def test_what_a_command_runs_with_is_in_no_image(tmp_path: Path):
    def with_tools(sha256: str, sandbox: Recording):
        plain = order(tmp_path, sandbox)
        debs = (LockedPackage("gettext", "1", "amd64", "trixie", "pool/gettext.deb", sha256, 1),)
        asked = replace(plain.locked, packages=(("collectstatic", debs),))
        workshop = dataclasses.replace(plain.workshop, supplies=Tools())
        return build(dataclasses.replace(plain, locked=asked, workshop=workshop))

    sandbox = Recording()
    built = with_tools("a" * 64, sandbox)
    assert sandbox.seen[0][0] == 2
    assert "usr/bin/msgfmt" in sandbox.images[0]
    assert len(built.image.layers) == 2
    assert not any("msgfmt" in path for path in paths(built.image))
    assert with_tools("a" * 64, sandbox).made == frozenset()
    assert with_tools("b" * 64, sandbox).made == {"collectstatic"}
