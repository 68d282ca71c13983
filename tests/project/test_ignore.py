"""Patterns of `.dockerignore`, as moby's patternmatcher reads them."""

import pytest

from pottle.errors import ProjectError
from pottle.project import ignore

LEAVES_OUT = {
    "a name at the top": ("a.py", "a.py"),
    "a leading slash": ("/a.py", "a.py"),
    "a trailing slash": ("docs/", "docs/index.md"),
    "everything below a directory": ("docs", "docs/a/b.md"),
    "a star within a part": ("*.py", "a.py"),
    "one character": ("?.py", "a.py"),
    "a class": ("[ab].py", "b.py"),
    "a class of others": ("[^ab].py", "c.py"),
    "any depth": ("**/*.pyc", "a/b/c.pyc"),
    "any depth includes none": ("**/*.pyc", "c.pyc"),
    "two stars in the middle": ("a/**/z", "a/b/c/z"),
    "two stars at the end": ("a/**", "a/b/c"),
    "dots are resolved": ("./a/../b", "b"),
    "blanks at the ends": ("  a.py  ", "a.py"),
    "an escaped star": (r"\*.py", "*.py"),
    "a dot is a dot": ("a.b", "a.b"),
    "the last one decides": ("!a.py\na.py", "a.py"),
    "a byte order mark": ("\ufeffa.py", "a.py"),
}
KEEPS = {
    "a name further down": ("a.py", "b/a.py"),
    "a star does not cross a slash": ("*.py", "b/a.py"),
    "a dot is no wildcard": ("a.b", "axb"),
    "an escaped star is no star": (r"\*.py", "a.py"),
    "a prefix is no directory": ("doc", "docs/a.md"),
    "taken back": ("*.md\n!README.md", "README.md"),
    "taken back below a directory": ("docs\n!docs/keep.md", "docs/keep.md"),
    "a comment": ("# a.py", "# a.py"),
    "nothing": ("\n\n", "a.py"),
    "everything but": ("*\n!src", "src/a.py"),
}


@pytest.mark.parametrize(("patterns", "path"), LEAVES_OUT.values(), ids=LEAVES_OUT)
def test_leaves_out(patterns: str, path: str):
    assert ignore.parse(patterns).leaves_out(path)


@pytest.mark.parametrize(("patterns", "path"), KEEPS.values(), ids=KEEPS)
def test_keeps(patterns: str, path: str):
    assert not ignore.parse(patterns).leaves_out(path)


@pytest.mark.parametrize("line", ["!", "[a", "[z-a].py"])
def test_a_malformed_pattern_is_an_error_with_its_line(line: str):
    with pytest.raises(ProjectError) as caught:
        ignore.parse(f"# first\n{line}\n")
    assert str(caught.value.at) == ".dockerignore:2"


@pytest.mark.parametrize(
    ("line", "means"),
    [
        ("*.log", ["**/*.log"]),
        ("/dist", ["dist"]),
        ("build/", ["**/build"]),
        ("docs/_build/", ["docs/_build"]),
        ("!keep.log", ["!**/keep.log"]),
        ("!/keep.log", ["!keep.log"]),
        ("a/**/b", ["a/**/b"]),
        ("[!a].txt", ["**/[^a].txt"]),
        (r"\#notes", ["**/#notes"]),
        ("# a comment", []),
        ("   ", []),
        ("", []),
        ("/", []),
        ("trailing  ", ["**/trailing"]),
    ],
)
def test_a_line_for_git_in_dockers_language(line: str, means: list[str]):
    assert list(ignore.of_git(line)) == means


def test_one_of_a_directory_below_counts_there():
    assert list(ignore.of_git("*.log\n/dist\n!x", "web")) == ["web/**/*.log", "web/dist", "!web/**/x"]
