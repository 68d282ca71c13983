"""JUnit's XML, as Jenkins, Azure and CircleCI read it: a suite for each file, a failed case for each finding."""

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import quoteattr

from pottle.lint.engine import Checked, Diagnostic

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, 2.2 "Characters"."""


def rendered(checked: Sequence[Checked]) -> str:
    """A file without findings has one case, which passes."""
    failures = sum(len(each.diagnostics) for each in checked)
    tests = sum(max(len(each.diagnostics), 1) for each in checked)
    lines = [line for each in checked for line in _suite(each)]
    head = f'<testsuites name="pottle lint" tests="{tests}" failures="{failures}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *lines, "</testsuites>", ""])


def _suite(checked: Checked) -> Iterator[str]:
    found = checked.diagnostics
    name = _attribute(checked.source.path)
    yield f'  <testsuite name={name} tests="{max(len(found), 1)}" failures="{len(found)}">'
    if not found:
        yield f'    <testcase name="pottle lint" classname={name}/>'
    for each in found:
        yield f"    <testcase name={_attribute(f'{each.rule} at {each.start}')} classname={name}>"
        yield f"      <failure type={_attribute(each.severity)} message={_attribute(_said(each))}/>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _said(found: Diagnostic) -> str:
    advice = found.fix.what if found.fix is not None else found.hint
    return f"line {found.start.line}: {found.message}" + (f" ({advice})" if advice else "")


def _attribute(text: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", text))
