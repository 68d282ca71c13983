"""Trees: what is listed, what is read, and what never is."""

import os
from pathlib import Path

import pytest
from tests.effort import effort

from pottle.errors import ProjectError
from pottle.project import tree as tree_module
from pottle.project.tree import DictTree, DirectoryTree


def laid(root: Path, *paths: str) -> DirectoryTree:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    return DirectoryTree(root)


def test_files_are_sorted_relative_and_posix(tmp_path):
    assert laid(tmp_path, "b/c.py", "a.py", "b.py").files() == ("a.py", "b.py", "b/c.py")


@pytest.mark.parametrize("aside", [".git/config", "a/__pycache__/x.pyc", "node_modules/x/y.js", ".venv/bin/python"])
def test_what_no_project_is_made_of_is_not_listed(tmp_path, aside):
    assert laid(tmp_path, aside, "a.py").files() == ("a.py",)


def test_an_environment_is_not_listed_whatever_its_name(tmp_path):
    assert laid(tmp_path, "env3/pyvenv.cfg", "env3/lib/x.py", "a.py").files() == ("a.py",)


def test_a_project_that_is_itself_called_an_environment_is_listed(tmp_path):
    assert laid(tmp_path, "pyvenv.cfg", "a.py").files() == ("a.py", "pyvenv.cfg")


def test_links_to_directories_are_not_followed(tmp_path):
    tree = laid(tmp_path, "a/b.py")
    (tmp_path / "loop").symlink_to(".")
    assert tree.files() == ("a/b.py", "loop")
    assert tree.status("loop").link == "."


def test_a_link_out_of_the_tree_is_not_read(tmp_path):
    (tmp_path / "secret").write_text("s")
    project = tmp_path / "project"
    project.mkdir()
    (project / "out").symlink_to("../secret")
    (project / "in").symlink_to("file")
    (project / "file").write_text("text")
    tree = DirectoryTree(project)
    assert tree.read("out") is None
    assert not tree.exists("out")
    assert tree.read("../secret") is None
    assert tree.read("in") == "text"


def test_a_directory_is_no_file(tmp_path):
    assert laid(tmp_path, "a/b.py").read("a") is None


def test_a_missing_directory_has_no_files(tmp_path):
    assert DirectoryTree(tmp_path / "gone").files() == ()


def test_status_gives_size_and_mode(tmp_path):
    tree = laid(tmp_path, "run.sh", "a.py")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "a.py").chmod(0o644)
    assert (tree.status("run.sh").size, tree.status("run.sh").executable) == (6, True)
    assert not tree.status("a.py").executable


def test_a_byte_order_mark_is_no_text():
    assert DictTree({"a": b"\xef\xbb\xbfx"}).read("a") == "x"


def test_a_file_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(tree_module, "LARGEST", 1 << 20)
    with pytest.raises(ProjectError, match="larger than 1 MiB"):
        DictTree({"uv.lock": b"x" * ((1 << 20) + 1)}).read("uv.lock")


def test_a_tree_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tree_module, "MOST", 3)
    with pytest.raises(ProjectError, match="more than 3 files"):
        laid(tmp_path, "a", "b", "c", "d").files()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(tmp_path):
    tree = laid(tmp_path, "a.py")
    (tmp_path / "a.py").chmod(0)
    with pytest.raises(ProjectError, match=r"^a\.py: it cannot be read"):
        tree.read("a.py")


@pytest.mark.slow
def test_a_hundred_thousand_files_are_listed_in_no_time(tmp_path):
    for directory in range(200):
        (tmp_path / f"d{directory}").mkdir()
        for file in range(500):
            (tmp_path / f"d{directory}" / f"f{file}").touch()
    assert len(DirectoryTree(tmp_path).files()) == 100_000
    assert effort(lambda: DirectoryTree(tmp_path).files(), enough=10) < 10
