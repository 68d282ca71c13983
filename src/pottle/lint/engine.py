"""One file, checked: what kind it is, what the rules find in it, and what comments silence."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pottle.lint import registry, suppressions
from pottle.lint.problems import Problem, Problems
from pottle.lint.repository import Repository
from pottle.lint.rule import Category, Finding, Fix, Severity
from pottle.lint.settings import ALWAYS, Settings
from pottle.lint.suppressions import Suppressions
from pottle.text import Position, Source, Span

Kind: TypeAlias = Literal["dockerfile", "compose", "ignore"]

LARGEST = 16 << 20
"""Bytes. What is larger is no Dockerfile."""
_DOCKERFILE = re.compile(r"(?:.*[._-])?(?:dockerfile|containerfile)(?:[._-].*)?", re.IGNORECASE)
_COMPOSE = re.compile(r"(?:docker-)?compose(?:[._-][\w.-]*)?\.ya?ml", re.IGNORECASE)
_NO_DOCKERFILE = re.compile(
    r".*\.(?:j2|jinja2?|tmpl|tpl|template|in|erb|md|rst|adoc|txt|html?|css|svg|png|py|pyi|ipynb|js|mjs|cjs|ts|tsx|jsx|map|go|rs|rb"
    r"|java|kt|c|h|cpp|cs|php|lua|vim|sh|ps1|toml|ini|cfg|lock|json|ya?ml|xml|sarif|log|swp|bak|orig|rej)|.*~",
    re.IGNORECASE,
)
"""Templates of a Dockerfile, and files about Dockerfiles."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding of a rule in a file, as it is told."""

    rule: str
    path: str
    """As the file was named."""
    span: Span
    start: Position
    end: Position
    severity: Severity
    category: Category
    message: str
    hint: str | None
    fix: Fix | None
    secret: bool = False
    """Nobody is shown the characters of the span."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file and what was found in it."""

    source: Source
    diagnostics: tuple[Diagnostic, ...]
    broken: bool = False
    """It could not be read as what it should be."""


def kind_of(path: str) -> Kind | None:
    """What a file is, by its name; None: nothing that is checked."""
    name = posixpath.basename(path)
    if name == ".dockerignore" or name.endswith(".dockerignore"):
        return "ignore"
    if _COMPOSE.fullmatch(name):
        return "compose"
    return "dockerfile" if _DOCKERFILE.fullmatch(name) and not _NO_DOCKERFILE.fullmatch(name) else None


@dataclass(frozen=True, slots=True)
class _Subjects:
    """What rules are given of a file."""

    problems: Problems
    subject: object | None
    suppressions: Suppressions

    def of(self, kind: type | tuple[type, ...]) -> object | None:
        """The one of that kind, if there is one. Whether a comment was of use is not known of a file that is broken."""
        wanted = self.suppressions if not self.problems.found else None
        return next((each for each in (self.problems, self.subject, wanted) if isinstance(each, kind)), None)


def check(source: Source, path: str, kind: Kind, repository: Repository, settings: Settings) -> Checked:
    """What the rules find; `path` is relative to the repository, `source.path` is how the file is called."""
    read = _read(source, path, kind, repository)
    names = settings.rules(source.path)
    read.suppressions.checked = frozenset(names)
    found: list[Diagnostic] = []
    for name in sorted(names, key=lambda name: registry.rule(name).subject is Suppressions):  # those come last
        subject = read.of(registry.rule(name).subject)
        found += _asked(name, subject, read.suppressions, settings) if subject is not None else ()
    ordered = sorted(found, key=lambda each: (each.start, each.rule, each.message))
    return Checked(source, tuple(dict.fromkeys(ordered)), broken=bool(read.problems.found))


def _asked(name: str, subject: object, silenced: Suppressions, settings: Settings) -> Iterator[Diagnostic]:
    rule = registry.rule(name)
    source = silenced.source
    for finding in rule.check(subject):
        if not silenced.silence(name, rule, finding.span):
            yield _told(name, finding, source, settings)


def _told(name: str, finding: Finding, source: Source, settings: Settings) -> Diagnostic:
    rule = registry.rule(name)
    span = finding.span
    return Diagnostic(
        name,
        source.path,
        span,
        source.position(span.start),
        source.position(max(span.end, span.start)),
        settings.severity_of(name, finding.severity or rule.severity),
        rule.category,
        finding.message,
        finding.hint,
        finding.fix,
        finding.secret,
    )


def whole(source: Source, what: str, settings: Settings) -> Diagnostic:
    """What is wrong with a file of which nothing could be read."""
    return _told(ALWAYS, Finding(Span(0, 0), what), source, settings)


def _read(source: Source, path: str, kind: Kind, repository: Repository) -> _Subjects:
    match kind:
        case "dockerfile":
            return _dockerfile(source, path, repository)
        case "compose":
            return _compose(source, path, repository)
        case "ignore":
            from pottle.lint.ignore_file import IgnoreFile

            return _Subjects(Problems(source, ()), IgnoreFile(source, path, repository), suppressions.of_lines(source))


def _dockerfile(source: Source, path: str, repository: Repository) -> _Subjects:
    from pottle.dockerfile.parser import parse
    from pottle.lint.build import Build

    dockerfile = parse(source)
    problems = tuple(Problem(each.what, each.span) for each in dockerfile.problems)
    subject = Build(dockerfile, path, repository) if dockerfile.instructions else None
    return _Subjects(Problems(source, problems), subject, suppressions.of_dockerfile(dockerfile))


def _compose(source: Source, path: str, repository: Repository) -> _Subjects:
    from pottle.lint.compose import Compose
    from pottle.lint.yaml_file import InvalidYaml, read_mapping

    subject: Compose | None = None
    problems: tuple[Problem, ...] = ()
    try:
        subject = Compose(source, read_mapping(source.text), path, repository)
    except InvalidYaml as error:
        at = min(error.at, len(source.text))
        problems = (Problem(f"this is no compose file: {error}", Span(at, min(at + 1, len(source.text)))),)
    return _Subjects(Problems(source, problems), subject, suppressions.of_lines(source))
