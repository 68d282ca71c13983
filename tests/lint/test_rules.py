"""What holds for every rule: it has a page whose examples are true, tests beside it, and fixes that break nothing."""

import importlib.util
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.lint.cases import Fires, checked, fixed, path_of

from pottle.dockerfile.parser import parse
from pottle.lint import registry
from pottle.lint.engine import kind_of
from pottle.lint.fixing import applied
from pottle.lint.suppressions import silencing
from pottle.text import Source

RULES = Path(__file__).with_name("rules")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# (\S+)\n")
_PATHS = {"dockerfile": "Dockerfile", "yaml": "compose.yaml", "dockerignore": ".dockerignore"}


def declared(name: str):
    path = RULES / f"test_{name.replace('-', '_')}.py"
    spec = importlib.util.spec_from_file_location(f"{path.stem}_cases", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.test_fires.cases, module.test_quiet.cases


CASES = [(name, key, case) for name in registry.names() for key, case in declared(name)[0].items()]
IDS = [f"{name}: {key}" for name, key, _ in CASES]


@pytest.mark.parametrize("name", registry.names())
def test_two_quiet_cases_for_each_that_fires(name: str):
    fires, quiet = declared(name)
    assert fires
    assert len(quiet) >= 2 * len(fires)


def example(page: str, heading: str) -> dict[str, str]:
    """The files of an example: path → text. A first line `# path` names one."""
    part = page.split(f"\n{heading}:\n")[1]
    part = part.split("\nGood:\n")[0]
    files = {}
    for language, text in _FENCE.findall(part):
        named = _NAMED.match(text) if language not in _PATHS else None
        files[named[1] if named else _PATHS[language]] = text[named.end() :] if named else text
    return files


@pytest.mark.parametrize("name", registry.names())
def test_the_page(name: str):
    page = registry.page(name)
    first, rest = page.split("\n", 1)
    assert re.fullmatch(r"[A-Z`].*[^.]\.|pip .*\.", first)
    assert rest.startswith("\n")
    bad, good = example(page, "Bad"), example(page, "Good")
    main = next(iter(bad))
    found = [each.rule for each in checked(bad[main], main, bad).diagnostics]
    assert name in found
    assert [
        (each.rule, each.message) for each in checked(good[main], main, good).diagnostics if each.rule == name
    ] == []
    others = [each.rule for each in checked(good[main], main, good).diagnostics if each.severity == "error"]
    assert others == [], "what is recommended has no other error"


@pytest.mark.parametrize(("name", "key", "case"), CASES, ids=IDS)
def test_a_fix_brings_no_new_finding(name: str, key: str, case: Fires):
    path = path_of(name, case)
    before = checked(case.text, path, case.files)
    after = fixed(case.text, path, case.files, select=(name,))
    again = checked(after.checked.source.text, path, {**case.files, **{c.path: c.after for c in after.changes}})
    assert again.broken <= before.broken
    more = Counter(each.rule for each in again.diagnostics) - Counter(each.rule for each in before.diagnostics)
    assert not more


@pytest.mark.parametrize(("name", "key", "case"), CASES, ids=IDS)
def test_a_fix_keeps_line_ends_and_comments(name: str, key: str, case: Fires):
    path = path_of(name, case)
    windows = fixed(case.text.replace("\n", "\r\n"), path, case.files, select=(name,)).checked.source.text
    assert windows.replace("\r\n", "\n") == (case.text if case.fixed is None else case.fixed)
    assert windows.count("\n") == windows.count("\r\n")
    if path == "Dockerfile":
        comments = [each.text for each in parse(Source(path, case.text)).comments]
        kept = [each.text for each in parse(Source(path, case.fixed or case.text)).comments]
        assert set(comments) <= set(kept)


@pytest.mark.parametrize(("name", "key", "case"), CASES, ids=IDS)
def test_all_fixes_together_come_to_an_end(name: str, key: str, case: Fires):
    path = path_of(name, case)
    after = fixed(case.text, path, case.files)
    files = {**case.files, **{each.path: each.after for each in after.changes}}
    left = [each for each in checked(after.checked.source.text, path, files).diagnostics if each.fix is not None]
    assert left == []


HOSTILE = {
    "one word": "a" * 60_000,
    "options": "-" + "efkw" * 15_000 + "1",
    "commas": "a," * 30_000 + "+w",
    "schemes": "a://b:c" * 8_000,
    "digits": "1" * 60_000,
    "dots": "a.b-" * 15_000,
    "parentheses": "requests.get(" * 4_000,
}
WRITTEN = (
    "FROM python:3.13-slim\nENV SECRET_KEY={0} A={0}\nARG TOKEN={0}\nRUN chmod {0} /a && curl {0} && useradd {0}\nRUN <<EOF\nset {0}\nb\nEOF\n"
    'ADD {0} /b\nEXPOSE {0}\nHEALTHCHECK CMD curl {0} http://localhost && python -c "{0}"\nUSER {0}\nCMD ["uvicorn", "{0}"]\n'
)


@pytest.mark.parametrize("word", HOSTILE.values(), ids=HOSTILE)
def test_a_long_word_is_no_longer_a_wait(word: str):
    """What takes the square of its length would take minutes."""
    before = time.process_time()
    checked(WRITTEN.format(word))
    assert time.process_time() - before < 20


@pytest.mark.parametrize(("name", "key", "case"), CASES, ids=IDS)
def test_a_comment_silences_it(name: str, key: str, case: Fires):
    path = path_of(name, case)
    found = next(each for each in checked(case.text, path, case.files, select=(name,)).diagnostics if each.rule == name)
    source = Source(path, case.text)
    edit = silencing(source, name, found.span, parse(source) if kind_of(path) == "dockerfile" else None)
    if edit is None or name in ("unreadable-file", "unused-suppression"):
        return
    after = applied(case.text, [edit])
    left = [each.rule for each in checked(after, path, case.files, select=(name, "unused-suppression")).diagnostics]
    assert name not in left
    assert "unused-suppression" not in left
