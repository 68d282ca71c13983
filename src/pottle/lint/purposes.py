"""What an image is for, as far as its names and its command tell."""

import re

from pottle.lint.build import Build

_DEVELOPS = frozenset(
    [
        "dev",
        "devel",
        "develop",
        "development",
        "devcontainer",
        "test",
        "tests",
        "testing",
        "ci",
        "lint",
        "local",
        "debug",
        "docs",
        "e2e",
        "bench",
    ]
)
_TOOLS = frozenset(
    {"pytest", "tox", "nox", "ruff", "mypy", "pre-commit", "jupyter", "jupyter-lab", "ipython", "coverage", "mkdocs", "sphinx-build",
     "sphinx-autobuild", "debugpy", "watchfiles", "watchmedo", "ptw", "sleep", "bash", "sh", "zsh"}
)  # fmt: skip
_FILES = re.compile(
    r"(?:^|[^a-z])(?:dev|devel|development|devcontainer|test|tests|testing|ci|local|override|debug|example|examples|demo|e2e|samples?)(?:[^a-z]|$)"
)


def for_development(path: str) -> bool:
    """Whether a file is for development or tests by its name or that of a directory."""
    return _FILES.search(path.lower()) is not None


def is_aside(build: Build) -> bool:
    """Whether the image is for development or tests by the name of its file or of its last stage."""
    stage = build.final
    names = f"{build.path} {stage.name or ''}" if stage is not None else build.path
    return not _DEVELOPS.isdisjoint(re.split(r"[^a-z0-9]+", names.lower()))


def develops(build: Build) -> bool:
    """Whether the image is for those who write the program: by its file's or its stage's name, or by what it starts."""
    stage = build.final
    if is_aside(build):
        return True
    start = build.start(stage) if stage is not None else None
    words = [word.known for word in start.command.whole] if start is not None else []
    return any(word.rpartition("/")[2] in _TOOLS or word in ("--reload", "--debug", "runserver") for word in words)
