"""docs/rules is made from the rules' docstrings. `GOLDEN=rewrite` makes it anew."""

import os
from pathlib import Path

import pytest

from pottle.lint import registry

PAGES = Path(__file__).parents[2] / "docs" / "rules"


def pages() -> dict[str, str]:
    found = {f"{name}.md": page(name) for name in registry.names()}
    return {**found, "index.md": index()}


def page(name: str) -> str:
    rule = registry.rule(name)
    also = f" · also: {', '.join(rule.overlaps)}" if rule.overlaps else ""
    return f"# {name}\n\n*{rule.severity} · {rule.category}{also}*\n\n{registry.page(name)}\n"


def index() -> str:
    head = "# The rules of `pottle lint`\n\n`pottle lint --explain RULE` shows a page. A rule that does not know is quiet.\n\n"
    rows = [
        f"| [{name}]({name}.md) | {registry.rule(name).severity} | {registry.rule(name).category} | "
        f"{registry.page(name).partition(chr(10))[0]} |\n"
        for name in registry.names()
    ]
    return head + "| rule | severity | category | finds |\n|---|---|---|---|\n" + "".join(rows)


if os.environ.get("GOLDEN") == "rewrite":
    for old in PAGES.glob("*.md"):
        old.unlink()
    for path, text in pages().items():
        PAGES.joinpath(path).write_text(text)


@pytest.mark.parametrize("path", pages())
def test_the_page_is_the_docstring(path: str):
    assert PAGES.joinpath(path).read_text() == pages()[path]


def test_there_is_no_page_without_a_rule():
    assert {path.name for path in PAGES.iterdir()} == set(pages())
