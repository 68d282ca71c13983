"""Compiles sources to `.pyc` files: a program for the *image's* interpreter, so it knows the standard library of 3.8 and nothing else.

Arguments: PEP 552's flags. On stdin, for each file, three strings that end in NUL: the source's path, the path that tracebacks will
show, the path to write to. A source that does not compile is passed over, as installers do. Nothing compiled is ever run.

The result must depend on the source alone. It almost does: of 5020 real files, compiled by 3.12 and 3.13 in two orders, two differed,
and both in whether a frozen set is marked as referenced. The compiler replaces a set of constants by a copy when one of its strings was
already interned, and what is interned depends on what was compiled before. It shows where two places hold the same set: the copies are
two, the original is one. So a source with equal sets is compiled twice, the first result kept meanwhile: then all its strings are
interned, always. Up to 3.10 marshal marks any interned string by how often the whole
process refers to it (ten files of 5007), so there every source is compiled twice, and the one-character strings that all share are
interned beforehand. Up to 3.10 the order of a frozen set is its order in memory, too, and that of None is its address: a source with a
set that holds one has no bytecode (17 of 5007).
"""

import sys

del sys.path[0]  # this file's own directory: nothing there may stand in for the standard library

import importlib.util  # noqa: E402
import marshal  # noqa: E402
import os  # noqa: E402
import warnings  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


OLD = sys.version_info < (3, 11)


def main() -> None:
    """Do the jobs on stdin."""
    letters = [sys.intern(chr(code)) for code in range(256)]
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(10_000)
    flags = int(sys.argv[1])
    fields = sys.stdin.buffer.read().split(b"\0")
    for job in range(0, len(fields) - 1, 3):
        source, shown, target = map(os.fsdecode, fields[job : job + 3])
        _compile(source, shown, target, flags)
    print(f"compiled {len(fields) // 3}", file=sys.stderr)  # noqa: T201 - how we are told from a program that ends for another reason
    del letters


def _compile(source: str, shown: str, target: str, flags: int) -> None:
    with open(source, "rb") as file:
        content = file.read()
    try:
        first = compile(content, shown, "exec", dont_inherit=True, optimize=0)
        if OLD and any(map(_holds_an_address, _frozensets(first))):
            return
        twice = OLD or _repeats_a_set(first)
        code = compile(content, shown, "exec", dont_inherit=True, optimize=0) if twice else first
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return
    header = importlib.util.MAGIC_NUMBER + flags.to_bytes(4, "little") + importlib.util.source_hash(content)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(header + marshal.dumps(code))


def _frozensets(value: object) -> "Iterator[frozenset[object]]":
    if isinstance(value, frozenset):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _frozensets(item)
    else:
        yield from _frozensets(getattr(value, "co_consts", ()))


def _repeats_a_set(code: object) -> bool:
    found = list(_frozensets(code))
    return len(set(found)) < len(found)


def _holds_an_address(value: object) -> bool:
    """Whether its hash depends on where in memory something lies."""
    if isinstance(value, (tuple, frozenset)):
        return any(map(_holds_an_address, value))
    return value is None or value is ...


if __name__ == "__main__":
    main()
