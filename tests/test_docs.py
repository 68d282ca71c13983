"""What the documentation says is so: links lead somewhere, commands parse, configuration is valid, tables match the code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pottle.cli.commands import COMMANDS, pottle
from pottle.config import layer

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> Iterator[str]:
    return (text for language, text in _FENCE.findall(page.read_text()) if language in languages)


def commands(page: Path) -> Iterator[list[str]]:
    """Every `pottle …` line of the page's shell blocks, without the output around it."""
    for block in blocks(page, "console", "sh", "bash"):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[:1] == ["pottle"]:
                yield words[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files(page: Path):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert not [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_parse(page: Path):
    for words in commands(page):
        context = click.Context(pottle, info_name="pottle")
        name, command, rest = pottle.resolve_command(context, list(words))
        assert command is not None
        command.make_context(name, rest, parent=context)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_configuration_is_valid(page: Path):
    for block in blocks(page, "toml"):
        layer.from_pyproject(block).options()


def test_the_readme_shows_commands_and_configuration():
    assert list(commands(ROOT / "README.md"))
    assert list(blocks(ROOT / "README.md", "toml"))


def test_the_readme_lists_every_command():
    listed = set(re.findall(r"^\| `pottle (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert listed == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str):
    command = pottle.get_command(click.Context(pottle), name)
    assert command is not None
    assert "Examples:" in (command.help or "")
    assert all(p.help for p in command.params if isinstance(p, click.Option)), "every option says what it does"


def test_readme_targets_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_room_has_a_page():
    rooms = re.findall(r"^\| \d \| `([\w]+)/`", (ROOT / "docs" / "design" / "rooms.md").read_text(), re.MULTILINE)
    pages = {page.stem.partition("-")[0] for page in (ROOT / "docs" / "design").glob("*.md")}
    assert set(rooms) - {"testing"} <= pages
