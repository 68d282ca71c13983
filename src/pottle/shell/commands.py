"""Which simple commands a script runs, and under which conditions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pottle.shell.syntax import (
    AndOr,
    Block,
    Case,
    For,
    Function,
    Group,
    If,
    Node,
    Pipeline,
    Redirected,
    Redirection,
    Script,
    Simple,
    While,
)
from pottle.text import Span

_NOWHERE = Simple((), (), (), Span(0, 0))


@dataclass(frozen=True, slots=True)
class Run:
    """A simple command where it stands."""

    simple: Simple
    conditional: bool = False
    """A branch, a loop, a function's body, or what follows `||`: it may not run although all is well."""
    tolerated: bool = False
    """Its failure does not end the script where `set -e` is on: a condition, or what stands before `||`."""
    feeds: Simple | None = None
    """The command that reads its output, behind a `|`."""
    reads: Simple | None = None
    """The command whose output it reads."""
    redirections: tuple[Redirection, ...] = ()
    """Its own, and those of the compound commands around it."""


def runs(script: Script) -> Iterator[Run]:
    """Every simple command, in the order of the text."""
    return _block(script.body, Run(_NOWHERE))


def _block(block: Block, around: Run) -> Iterator[Run]:
    for node in block:
        yield from _node(node, around)


def _node(node: Node, around: Run) -> Iterator[Run]:
    match node:
        case Simple():
            yield replace(around, simple=node, redirections=(*node.redirections, *around.redirections))
        case AndOr(first, rest):
            operators = [operator for operator, _, _ in rest]
            yield from _node(first, replace(around, tolerated=around.tolerated or "||" in operators))
            behind = False
            for number, (operator, _, each) in enumerate(rest):
                behind = behind or operator == "||"
                tolerated = around.tolerated or "||" in operators[number + 1 :]
                yield from _node(each, replace(around, conditional=around.conditional or behind, tolerated=tolerated))
        case Pipeline(parts, negated):
            for number, part in enumerate(parts):
                feeds = _simple(parts[number + 1]) if number + 1 < len(parts) else around.feeds
                reads = _simple(parts[number - 1]) if number else around.reads
                yield from _node(part, replace(around, feeds=feeds, reads=reads, tolerated=around.tolerated or negated))
        case If(branches, otherwise):
            for condition, then in branches:
                yield from _block(condition, replace(around, tolerated=True))
                yield from _block(then, replace(around, conditional=True))
            yield from _block(otherwise, replace(around, conditional=True))
        case For(body=body):
            yield from _block(body, replace(around, conditional=True))
        case While(condition, body):
            yield from _block(condition, replace(around, tolerated=True))
            yield from _block(body, replace(around, conditional=True))
        case Case(branches=cases):
            for _, each_body in cases:
                yield from _block(each_body, replace(around, conditional=True))
        case Group(body):
            yield from _block(body, around)
        case Redirected(inner, redirections):
            yield from _node(inner, replace(around, redirections=(*redirections, *around.redirections)))
        case Function(body=function):
            yield from _node(function, replace(around, conditional=True))


def _simple(node: Node) -> Simple | None:
    """The command that a part of a pipeline begins with."""
    match node:
        case Simple():
            return node
        case Redirected(inner, _):
            return _simple(inner)
        case Group(body) if body:
            return _simple(body[0])
        case AndOr(first, _):
            return _simple(first)
        case _:
            return None
