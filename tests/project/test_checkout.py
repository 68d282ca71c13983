"""What a git checkout holds."""

import os
import subprocess

import pytest

from pottle.project.checkout import listed

ENVIRON = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent"}


@pytest.fixture
def checkout(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True, env=ENVIRON)
    for name in ("tracked.py", "new.py", "scratch.tmp", "sub/é ü.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / ".gitignore").write_text("*.tmp\n")
    subprocess.run(["git", "-C", tmp_path, "add", "tracked.py"], check=True, env=ENVIRON)
    return tmp_path


def test_new_files_count_and_ignored_ones_do_not(checkout):
    assert listed(checkout, ENVIRON) == {".gitignore", "tracked.py", "new.py", "sub/é ü.py"}


def test_paths_are_relative_to_the_project_in_the_checkout(checkout):
    assert listed(checkout / "sub", ENVIRON) == {"é ü.py"}


def test_a_tracked_file_counts_even_if_it_is_ignored(checkout):
    subprocess.run(["git", "-C", checkout, "add", "-f", "scratch.tmp"], check=True, env=ENVIRON)
    assert "scratch.tmp" in (listed(checkout, ENVIRON) or ())


def test_the_users_own_excludes_do_not_count(checkout, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(f"[core]\nexcludesFile = {home}/ignore\n")
    (home / "ignore").write_text("new.py\n")
    assert "new.py" in (listed(checkout, {**ENVIRON, "HOME": str(home)}) or ())


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_checkout_of_another_user_is_listed_too(checkout):
    for path in [checkout, *checkout.rglob("*")]:
        os.chown(path, 4711, 4711)
    assert listed(checkout, ENVIRON) == {".gitignore", "tracked.py", "new.py", "sub/é ü.py"}


def test_git_variables_do_not_point_elsewhere(checkout, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    assert listed(checkout, {**ENVIRON, "GIT_DIR": str(other)}) is not None


def test_a_plain_directory_is_no_checkout(tmp_path):
    assert listed(tmp_path, ENVIRON) is None


def test_without_git_there_is_no_listing(checkout):
    assert listed(checkout, {"PATH": "/nonexistent"}) is None
