"""What a git checkout holds."""

import os
import subprocess

import pytest

from pottle.project.checkout import Described, described, listed

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


# --- which commit ----------------------------------------------------------------------------------


def commit(root, *names, tag=None):
    for name in names:
        (root / name).write_text("")
        git(root, "add", name)
    git(root, "commit", "-q", "--allow-empty", "-m", "x")
    if tag:
        git(root, "tag", tag)
    return git(root, "rev-parse", "HEAD")


def git(root, *arguments):
    who = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", "-C", root, *arguments], check=True, env=ENVIRON | who, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def history(tmp_path):
    root = tmp_path / "history"
    subprocess.run(["git", "init", "-q", root], check=True, env=ENVIRON)
    return root


def test_a_commit_is_described_by_its_nearest_tag(history):
    node = commit(history, "pyproject.toml", tag="v1.2")
    assert described(history, ENVIRON, ["*[0-9]*"]) == Described("v1.2", 0, node, shallow=False)
    commit(history, tag="nightly")
    node = commit(history, tag="other-9")
    assert described(history, ENVIRON, ["v[0-9]*"]) == Described("v1.2", 2, node, shallow=False)


def test_without_a_tag_all_commits_count(history):
    commit(history, "setup.py")
    node = commit(history)
    assert described(history, ENVIRON, ["*[0-9]*"]) == Described(None, 2, node, shallow=False)


def test_a_history_that_was_cut_is_said_to_be(history, tmp_path):
    commit(history, "pyproject.toml", tag="v1")
    node = commit(history)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{history}", clone], check=True, env=ENVIRON)
    assert described(clone, ENVIRON, ["*[0-9]*"]) == Described(None, 1, node, shallow=True)


def test_a_project_below_the_root_of_its_repository_is_described(history):
    (history / "member").mkdir()
    node = commit(history, "member/pyproject.toml", tag="2.0")
    assert described(history / "member", ENVIRON, ["*[0-9]*"]) == Described("2.0", 0, node, shallow=False)


def test_a_repository_that_does_not_track_the_project_is_somebody_elses(history):
    commit(history, "notes.txt", tag="v1")
    (history / "pyproject.toml").write_text("")
    assert described(history, ENVIRON, ["*[0-9]*"]) is None


def test_without_a_commit_nothing_is_described(checkout, tmp_path_factory):
    assert described(checkout, ENVIRON, ["*[0-9]*"]) is None
    assert described(tmp_path_factory.mktemp("plain"), ENVIRON, ["*[0-9]*"]) is None


def test_without_git_there_is_no_listing(checkout):
    assert listed(checkout, {"PATH": "/nonexistent"}) is None
