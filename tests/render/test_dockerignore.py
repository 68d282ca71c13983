"""`.dockerignore`: what is on it, and that nothing needed is hidden."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pottle.project import ignore
from pottle.project.assets import DEVELOPMENT, SECRETS
from pottle.render import dockerignore

PATHS = st.sets(
    st.lists(st.text("ab[]*?\\ .e", min_size=1), min_size=1, max_size=3)
    .map("/".join)
    .filter(lambda path: path.strip() == path and not set(path.split("/")) & {".", ".."} and "//" not in path)
)


@settings(deadline=None)
@given(PATHS)
def test_no_needed_file_is_hidden_by_a_pattern_that_is_not_for_secrets(paths: set[str]):
    needed = {path for path in paths if not ignore.patterns(SECRETS).leaves_out(path)}
    patterns = ignore.parse(dockerignore.render(needed, git=("**/a", "b"), only=("nothing",)))
    assert [path for path in needed if patterns.leaves_out(path)] == []


def test_a_secret_stays_out_whoever_asks_for_it():
    patterns = ignore.parse(dockerignore.render({".env"}, git=("!.env",), exclude=("!**/.env",)))
    assert patterns.leaves_out(".env")


def test_a_file_that_holds_a_secret_is_named_where_no_pattern_knows_it():
    text = dockerignore.render({"certs/a[1].pem"}, secret=("certs/a[1].pem", ".env"), exclude=("!certs",))
    assert ignore.parse(text).leaves_out("certs/a[1].pem")
    assert text.count(".env\n") == 2  # the patterns `**/.env` and `**/*.env`, and no line of its own


@pytest.mark.parametrize(
    "path", ["__pycache__/a.pyc", "src/deep/__pycache__/a.pyc", "web/.venv/bin/python", "a/.git/config"]
)
def test_caches_are_hidden_wherever_they_lie(path: str):
    assert ignore.parse(dockerignore.render(set())).leaves_out(path)


@pytest.mark.parametrize("path", ["pyproject.toml", "uv.lock", "README.md", "Dockerfile.lock", "src/app.py", "LICENSE"])
def test_what_a_build_reads_is_not(path: str):
    assert not ignore.parse(dockerignore.render(set())).leaves_out(path)


def test_what_counts_at_the_root_of_a_project_counts_in_its_directory():
    text = dockerignore.render({"apps/web/static/a"}, directory="apps/web", exclude=("/tmp", "!static", "**/x"))
    patterns = ignore.parse(text)
    hidden = {"apps/web/Makefile", "apps/web/tmp/a", "apps/web/deep/x", "apps/web/.github/ci.yml"}
    assert {path for path in (*hidden, "apps/web/static/a", "Makefile", "tmp") if patterns.leaves_out(path)} == hidden


def test_a_monorepo_sends_one_project_alone():
    patterns = ignore.parse(dockerignore.render({"uv.lock"}, only=("apps/web", "uv.lock")))
    sent = {path for path in ("apps/web/a.py", "apps/api/a.py", "uv.lock", "x") if not patterns.leaves_out(path)}
    assert sent == {"apps/web/a.py", "uv.lock"}


@pytest.mark.parametrize("pattern", [*DEVELOPMENT, *SECRETS])
def test_no_class_of_characters_begins_with_a_minus_sign(pattern: str):
    # Go's filepath.Match calls that malformed, and Docker then builds nothing at all.
    assert "[-" not in pattern
    assert "-]" not in pattern
