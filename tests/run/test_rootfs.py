import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.run import launching
from tests.run.launching import image, never

from pottle.errors import HostError, UsageError
from pottle.run.image import Config
from pottle.run.rootfs import add_mount_points, identity, memory, root_of
from pottle.run.settings import Host
from pottle.run.specification import specification
from pottle.sharing import is_occupied

HOME = Config(environment=(("HOME", "/home/app"),), working_dir="/app", command=("app",))


def write(root: Path, path: str, content: str = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)


def test_an_image_is_unpacked_once_and_named_by_its_digest(tmp_path: Path):
    root = root_of(image(HOME, unpack=lambda into: write(into, "app/main.py", "1")), tmp_path)
    assert (root / "app/main.py").read_text() == "1"
    assert root.name == f"sha256-{'a' * 64}"
    assert root_of(image(HOME, unpack=never), tmp_path) == root


def test_a_root_is_held_while_a_program_runs_in_it(tmp_path: Path):
    launch = replace(launching.launch(HOME), image=image(HOME, unpack=lambda into: write(into, "x")))
    with specification(launch, Host({}, tmp_path)) as spec:
        assert is_occupied(Path(spec.root))
    assert not is_occupied(Path(spec.root))


def test_the_root_can_be_entered_by_the_programs_user(tmp_path: Path):
    root = root_of(image(HOME, unpack=lambda into: write(into, "x")), tmp_path)
    assert root.stat().st_mode & 0o777 == 0o755


def test_a_failed_unpacking_leaves_nothing_behind(tmp_path: Path):
    def unpack(into: Path) -> None:
        write(into, "locked/x")
        (into / "locked").chmod(0o555)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(HostError) as caught:
        root_of(image(HOME, unpack=unpack), tmp_path)
    assert caught.value.what == "cannot unpack the image: No space left on device"
    assert list((tmp_path / "roots/2").iterdir()) == []


def test_an_interrupted_unpacking_leaves_nothing_behind(tmp_path: Path):
    def unpack(into: Path) -> None:
        write(into, "x")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        root_of(image(HOME, unpack=unpack), tmp_path)
    assert list((tmp_path / "roots/2").iterdir()) == []


def test_of_two_runs_at_once_the_slower_takes_the_others_root(tmp_path: Path):
    def unpack(into: Path) -> None:
        write(into, "from", "slow")
        root_of(image(HOME, unpack=lambda other: write(other, "from", "fast")), tmp_path)

    root = root_of(image(HOME, unpack=unpack), tmp_path)
    assert (root / "from").read_text() == "fast"
    assert list(root.parent.iterdir()) == [root]


def test_mount_points_and_working_directory_are_added(tmp_path: Path):
    add_mount_points(tmp_path, HOME)
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert made == {
        *("proc", "dev", "tmp", "etc", "etc/hosts", "etc/resolv.conf", "app", "home", "home/app"),
        *("sys", "sys/devices", "sys/devices/system"),
    }


def test_a_link_in_the_place_of_a_mount_point_is_replaced_and_not_followed(tmp_path: Path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "etc").mkdir(parents=True)
    outside.write_text("mine")
    (root / "etc/resolv.conf").symlink_to(outside)
    (root / "tmp").symlink_to(tmp_path)
    add_mount_points(root, HOME)
    assert (root / "etc/resolv.conf").read_bytes() == b""
    assert outside.read_text() == "mine"
    assert not (root / "tmp").is_symlink()


@pytest.mark.parametrize("linked", ["etc", "home", "app"])
def test_nothing_is_made_behind_a_link(tmp_path: Path, linked: str):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / linked).symlink_to(outside)
    add_mount_points(root, HOME)
    assert list(outside.iterdir()) == []


def test_an_empty_home_becomes_memory_and_a_full_one_stays(tmp_path: Path):
    add_mount_points(tmp_path, HOME)
    assert memory(tmp_path, HOME) == (("/tmp", 0o1777), ("/home/app", 0o700))
    write(tmp_path, "home/app/.config/x")
    assert memory(tmp_path, HOME) == (("/tmp", 0o1777),)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("", (0, 0)),
        ("65532:65532", (65532, 65532)),
        ("65532", (65532, 7)),
        ("12345", (12345, 0)),
        ("app", (65532, 7)),
        ("app:users", (65532, 100)),
        ("12345:54321", (12345, 54321)),
    ],
)
def test_a_user_is_a_number_or_one_of_the_images_accounts(tmp_path: Path, user: str, expected: tuple[int, int]):
    write(tmp_path, "etc/passwd", "root:x:0:0::/:\n# nonsense\nbad:x:y:z\napp:x:65532:7::/home/app:/bin/false\n")
    write(tmp_path, "etc/group", "root:x:0:\nusers:x:100:\n")
    assert identity(tmp_path, user) == expected


@pytest.mark.parametrize("user", ["nobody", "4294967295", "-1", "1:staff", "١"])
def test_an_unknown_user_is_refused(tmp_path: Path, user: str):
    with pytest.raises(UsageError, match=r"^the image has no account"):
        identity(tmp_path, user)


def test_accounts_are_not_read_through_a_link(tmp_path: Path):
    write(tmp_path, "outside", "app:x:1:1::/:\n")
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/passwd").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError):
        identity(tmp_path / "root", "app")


def test_volumes_are_made_and_become_memory(tmp_path: Path):
    config = Config(working_dir="/app", volumes=("/app/media", "/data", "/linked/data", "/app"))
    (tmp_path / "linked").symlink_to("data")
    write(tmp_path, "app/media/logo.png")
    add_mount_points(tmp_path, config)
    assert memory(tmp_path, config) == (("/tmp", 0o1777), ("/app/media", 0o755), ("/data", 0o755))


def test_a_home_that_is_a_volume_is_mounted_once(tmp_path: Path):
    config = Config(environment=(("HOME", "/home/app"),), working_dir="/app", volumes=("/home/app",))
    add_mount_points(tmp_path, config)
    assert memory(tmp_path, config) == (("/tmp", 0o1777), ("/home/app", 0o700))
