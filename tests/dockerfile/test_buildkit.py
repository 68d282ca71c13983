"""The parser beside BuildKit's: the same S-expressions (moby/buildkit, frontend/dockerfile/parser, `Node.Dump`).

BuildKit's own fixtures are compared where `BUILDKIT` names a checkout of it; cases of ours always.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pottle.dockerfile.model import Dockerfile, Instruction
from pottle.dockerfile.parser import parse, printed
from pottle.text import Source

_FIXTURES = Path(os.environ.get("BUILDKIT", "/nowhere")) / "frontend" / "dockerfile" / "parser"
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def quoted(text: str) -> str:
    """As Go's `strconv.Quote` writes it."""
    return '"' + "".join(_ESCAPES.get(c, c if c.isprintable() else f"\\x{ord(c):02x}") for c in text) + '"'


def dumped(dockerfile: Dockerfile) -> str:
    return "\n".join(f"({expression(each)})" for each in dockerfile.instructions)


def expression(each: Instruction) -> str:
    flags = " ".join(quoted(f"--{f.name}" + (f"={f.value}" if f.value is not None else "")) for f in each.flags)
    return each.name.lower() + (f" [{flags}]" if flags else "") + "".join(parts(each))


def parts(each: Instruction) -> Iterator[str]:
    if each.name == "ONBUILD":
        yield f" ({expression(each.inner)})" if each.inner else ""
    elif each.name == "HEALTHCHECK" and each.inner is not None:
        kind = re.match(r"\S+", each.body.text)
        assert kind is not None
        yield f" {quoted(kind[0])}"
        rest = each.body.text[kind.end() :].strip()
        words = [word.text for word in each.inner.words] if each.inner.json else [rest] if rest else []
        yield from (f" {quoted(word)}" for word in words)
    elif each.name in ("ENV", "LABEL"):
        for pair in each.pairs:
            yield f" {quoted(pair.name)} {quoted(pair.value or '')} {quoted('' if pair.legacy else '=')}"
    elif each.name == "ARG":
        yield from (f" {quoted(p.name if p.value is None else f'{p.name}={p.value}')}" for p in each.pairs)
    elif each.words or each.json:
        yield from (f" {quoted(word.text)}" for word in each.words)
    elif each.body.text:
        yield f" {quoted(each.body.text)}"


OURS = {
    "lines": ("FROM a\nRUN b \\\n  # c\n\n  && d\n", '(from "a")\n(run "b   && d")'),
    "flags": ("FROM a\nCOPY --from=b --chmod='1' c d", '(from "a")\n(copy ["--from=b" "--chmod=1"] "c" "d")'),
    "flags that end": ("FROM a\nRUN --network=none -- b", '(from "a")\n(run ["--network=none"] "b")'),
    "arrays": ('FROM a\nCMD [ "b", "c\\td" ]\nRUN []', '(from "a")\n(cmd "b" "c\\td")\n(run)'),
    "no arrays": ("FROM a\nCMD ['b']\nADD [c d", "(from \"a\")\n(cmd \"['b']\")\n(add \"[c\" \"d\")"),
    "pairs": ('FROM a\nENV B=1 C="2 3"\nENV D 4 5', '(from "a")\n(env "B" "1" "=" "C" "\\"2 3\\"" "=")\n(env "D" "4 5" "")'),
    "another escape": ("# escape=`\nFROM a\nRUN b `\n c\\", '(from "a")\n(run "b  c\\\\")'),
    "probes": ("FROM a\nHEALTHCHECK --retries=1 CMD b c\nHEALTHCHECK NONE", '(from "a")\n(healthcheck ["--retries=1"] "CMD" "b c")\n(healthcheck "NONE")'),
    "triggers": ("FROM a\nONBUILD RUN b", '(from "a")\n(onbuild (run "b"))'),
    "here-documents": ("FROM a\nRUN <<B\nc\nB\nUSER d", '(from "a")\n(run "<<B")\n(user "d")'),
}  # fmt: skip


@pytest.mark.parametrize(("text", "result"), OURS.values(), ids=OURS)
def test_ours(text: str, result: str):
    assert dumped(parse(Source("Dockerfile", text))) == result


@pytest.mark.skipif(not _FIXTURES.is_dir(), reason="BUILDKIT names no checkout of moby/buildkit")
def test_theirs():
    cases = sorted(_FIXTURES.glob("testfiles/*/Dockerfile"))
    assert len(cases) >= 33
    for case in cases:
        source = Source.decode(str(case), case.read_bytes())
        found = parse(source)
        assert dumped(found) == case.with_name("result").read_text(errors="surrogateescape").strip(), case
        assert (printed(found), found.problems) == (source.text, ()), case


@pytest.mark.skipif(not _FIXTURES.is_dir(), reason="BUILDKIT names no checkout of moby/buildkit")
def test_what_they_refuse():
    cases = sorted(_FIXTURES.glob("testfiles-negative/*/Dockerfile"))
    assert len(cases) >= 4
    assert [case for case in cases if not parse(Source.decode(str(case), case.read_bytes())).problems] == []
