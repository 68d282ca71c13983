"""What the call of `setup()` in a `setup.py` says, as far as it is written down there. The script is never run."""

import ast
import posixpath
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pottle.errors import ProjectError
from pottle.project.setup_values import UNKNOWN, Lines, Names, Unknown, Value, Written, arguments, listed
from pottle.project.survey import Survey
from pottle.text import Location

NAME = "setup.py"


@dataclass(frozen=True, slots=True)
class Setup:
    """The call, and its keywords."""

    at: Location
    keywords: Mapping[str, Value]
    """`UNKNOWN` where only running the script would tell."""
    whole: bool
    """False where there may be further keywords, which are not written down."""

    def text(self, keyword: str) -> Written | None:
        """A keyword that is a text."""
        found = self.keywords.get(keyword)
        return found if isinstance(found, Written) else None

    def is_unknown(self, keyword: str) -> bool:
        """Whether it may be set to something that is not written down."""
        return self.keywords.get(keyword) is UNKNOWN or (not self.whole and keyword not in self.keywords)

    def items(self, keyword: str) -> tuple[Written | Lines, ...] | None:
        """A keyword that is a list of texts, or of what files say; None where it is unknown."""
        if self.is_unknown(keyword):
            return None
        try:
            return items(self.keywords.get(keyword))
        except Unknown:
            return None

    def mapping(self, keyword: str) -> Mapping[str, tuple[Written | Lines, ...] | None]:
        """A keyword that is a mapping to such lists, or the text of an ini file."""
        found = self.keywords.get(keyword)
        if isinstance(found, Written):
            return _sections(found)
        if not isinstance(found, dict):
            return {}
        return {str(key): _items_or_none(value) for key, value in found.items()}


def read(survey: Survey, directory: str = "") -> Setup | None:
    """The first call of `setup()`; None without a script, or where it calls none. Raises `ProjectError` for what is no Python."""
    path = posixpath.join(directory, NAME)
    text = survey.tree.read(path)
    if text is None:
        return None
    tree = _parsed(text, path)
    call = next(_calls(tree), None)
    if call is None:
        return None
    names = Names(lambda file: survey.tree.exists(posixpath.join(directory, file)))
    names.run(tree.body)
    keywords, whole = arguments(names, call)
    return Setup(Location(path, call.lineno), keywords, whole)


def readable(survey: Survey) -> Setup | None:
    """The same of the project itself; None also for what this interpreter does not read, such as Python 2: for those who need not complain about it."""
    try:
        return read(survey)
    except ProjectError:
        return None


def _parsed(text: str, path: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        hint = "correct that line; Python 2 is not read"
        raise ProjectError(f"this is not Python: {error.msg}", at=Location(path, error.lineno), hint=hint) from None
    except (ValueError, RecursionError, MemoryError):
        raise ProjectError("this is not Python that can be read", at=Location(path), hint="correct it") from None


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case (
                    ast.Name(id="setup")
                    | ast.Attribute(value=ast.Name(id="setuptools" | "core" | "distutils"), attr="setup")
                ):
                    yield node


def items(value: Value) -> tuple[Written | Lines, ...]:
    """A list of texts, flat: one text may hold several lines. Raises `Unknown`."""
    if value is None or value is False:
        return ()
    if isinstance(value, Written):
        return tuple(_lines(value))
    found: list[Written | Lines] = []
    for each in listed(value):
        if isinstance(each, Lines):
            found.append(each)
        elif isinstance(each, Written):
            found += _lines(each)
        else:
            raise Unknown
    return tuple(found)


def _items_or_none(value: Value) -> tuple[Written | Lines, ...] | None:
    try:
        return items(value)
    except Unknown:
        return None


def _lines(written: Written) -> Iterator[Written]:
    """The lines of a text, without comments."""
    for line in written.text.splitlines():
        text = line.partition(" #")[0].strip()
        if text and not text.startswith("#"):
            yield Written(text, written.line)


def _sections(written: Written) -> dict[str, tuple[Written | Lines, ...] | None]:
    """`[console_scripts]` and the lines below it."""
    found: dict[str, list[Written | Lines]] = {}
    section = ""
    for line in _lines(written):
        if line.text.startswith("["):
            section = line.text.strip("[] ")
        else:
            found.setdefault(section, []).append(line)
    return {name: tuple(lines) for name, lines in found.items()}
