"""What `--help` looks like, at the width of a small terminal."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "command",
    [
        *([], ["plan"], ["build"], ["run"], ["cache"], ["cache", "info"], ["cache", "prune"], ["resolve"], ["libs"]),
        *(["generate"], ["generate", "dockerfile"], ["generate", "dockerignore"], ["generate", "bake"]),
        *(["generate", kind] for kind in ("compose", "kubernetes", "ci", "devcontainer", "refresh")),
    ],
    ids=str,
)
def test_help_fits_and_shows_examples_as_they_are_typed(command: list[str]):
    environ = {**os.environ, "COLUMNS": "80"}
    shown = subprocess.run(
        [sys.executable, "-m", "pottle", *command, "--help"], env=environ, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    after = shown.index("  Examples:")
    assert all(line.startswith("    pottle ") for line in shown[after + 1 : shown.index("", after)])
    assert [line for line in shown if len(line) > 80 or "\\" in line or "\b" in line] == []
