"""What is asked whether a container is well: HEALTHCHECK, and `healthcheck:` of a service that is built here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pottle.dockerfile.mapped import Mapped
from pottle.dockerfile.stages import Stage, State, Step
from pottle.lint.build import Build
from pottle.lint.commands import Command, Word, script_commands
from pottle.lint.compose import Compose, Service
from pottle.lint.yaml_file import Scalar, Sequence
from pottle.text import Source, Span

_URL = re.compile(r"https?://[\w.:/?=&%+-]+")
_HARMLESS = {
    "curl": re.compile(
        r"-[fsSLk]*o|-[fsSL]+|--fail|--fail-with-body|--silent|--show-error|--location|--output|--max-time|-m|--connect-timeout|\d+|/dev/null"
    ),
    "wget": re.compile(
        r"-q|-nv|-t|-T|-O|-q?O-|-|--quiet|--spider|--no-verbose|--(?:tries|timeout)=\d+|--output-document=.*|\d+|/dev/null"
    ),
}
"""Options and their values that urllib needs no counterpart of."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One of them."""

    build: Build
    stage: Stage
    """Of the image that it runs in."""
    commands: tuple[Command, ...]
    state: State
    exact: bool
    """Whether every character of the commands stands in the file as it is: then they can be edited."""
    service: str | None = None
    """The name of the service that has it."""

    def without_curl(self, command: Command) -> str | None:
        """The text that asks the same with what Python has, in the place of the words of `command`."""
        base = self.build.base(self.stage)
        harmless = _HARMLESS.get(command.program)
        if base is None or not base.python_image or harmless is None or not self.exact:
            return None
        words = [word.text or "" for word in command.words[1:]]
        urls = [word for word in words if "://" in word]
        if (
            len(urls) != 1
            or not _URL.fullmatch(urls[0])
            or not all(word in urls or harmless.fullmatch(word) for word in words)
        ):
            return None
        code = f"import urllib.request; urllib.request.urlopen('{urls[0]}')"
        return f'"python", "-c", "{code}"' if command.words[0].exec else f'python -c "{code}"'


def probes(subject: Build | Compose) -> Iterator[Probe]:
    """Those of a file."""
    if isinstance(subject, Build):
        step = subject.healthcheck(subject.final) if subject.final is not None else None
        if step is not None and subject.final is not None:
            yield Probe(subject, subject.final, subject.commands(step), subject.final.after, exact=True)
        return
    for service in subject.services.values():
        found = _of_service(subject, service)
        if found is not None:
            yield found


def _of_service(compose: Compose, service: Service) -> Probe | None:
    test = service.get("healthcheck", "test")
    if test is None or not isinstance(test, (Scalar, Sequence)):
        return None
    build = compose.build(service)
    stage = build.final if build is not None else None
    if build is not None and service.target is not None:
        stage = build.stages.named(service.target)
    if build is None or stage is None:
        return None
    state = replace(
        stage.after,
        environment={**stage.after.environment, **{each.name: each.value for each in service.environment()}},
    )
    step = Step(stage.instruction, state, stage.index)
    found = _commands(compose.source, test, step)
    return (
        Probe(build, stage, found, state, exact=_is_exact(compose.source, test), service=service.name)
        if found
        else None
    )


def _commands(source: Source, test: Scalar | Sequence, step: Step) -> tuple[Command, ...]:
    if isinstance(test, Scalar):
        return _script(source, test, step)
    items = [each for each in test.items if isinstance(each, Scalar)]
    if len(items) != len(test.items) or len(items) < 2 or items[0].value not in ("CMD", "CMD-SHELL"):
        return ()
    if items[0].value == "CMD-SHELL":
        return _script(source, items[1], step)
    words = tuple(
        Word(
            None if re.search(r"(?<!\$)\$(?!\$)", item.value) else item.value.replace("$$", "$"),
            item.value,
            item.span,
            exec=True,
        )
        for item in items[1:]
    )
    return (Command(step, words, words[0].span.until(words[-1].span), words, in_shell=False),)


def _script(source: Source, scalar: Scalar, step: Step) -> tuple[Command, ...]:
    if "$" in scalar.value:
        return ()
    text = source.at(scalar.span)
    quoted = text[1:-1] == scalar.value
    start = scalar.span.start + quoted
    found = script_commands(step, Mapped(scalar.value, (0,), (start,)))
    if text == scalar.value or quoted:
        return found
    return tuple(_placed(each, scalar.span) for each in found)


def _placed(command: Command, span: Span) -> Command:
    """With one place for all of it: the characters of a folded or escaped scalar stand elsewhere than in its value."""
    words = tuple(replace(word, span=span) for word in command.words)
    return replace(command, words=words, span=span, whole=words)


def _is_exact(source: Source, test: Scalar | Sequence) -> bool:
    """Words of a list in double quotes, which are JSON strings too; a script's quotes would have to be escaped."""
    if not isinstance(test, Sequence) or not source.at(test.span).startswith("["):
        return False
    first = test.items[0]
    words = all(source.at(each.span).startswith('"') for each in test.items)
    return words and isinstance(first, Scalar) and first.value == "CMD"
