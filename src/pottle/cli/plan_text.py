"""A plan as a person reads it: decisions with their evidence, layers from the lowest up, and what is run."""

import shlex
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from pottle.plan.model import ImagePlan, LayerPlan, ProcessPlan, Reason, Step

NARROWEST, USUAL, WIDEST = 72, 100, 120
"""Columns: below, lines would be single words; where nobody says how many there are; above, eyes lose the line."""
ROOMY = 112
"""From so many columns on there is room for a layer's contents and its reason side by side."""
_MOST = 6
"""Layers of wheels that are told one by one."""
CONTENTS = 46
"""Columns for a layer's contents where its reason stands beside them."""

Row: TypeAlias = tuple[str, str, str, str | None]
"""What is decided, how, why, and the place that says so."""


def text(plans: "Sequence[ImagePlan]", columns: int) -> str:
    """Every plan, in lines of `columns` at most; only a command is longer where it has to be.

    Those of several platforms that read the same stand there once, under all of them.
    """
    alike: dict[str, list[ImagePlan]] = {}
    for plan in plans:
        alike.setdefault(_body(plan, columns), []).append(plan)
    return "\n\n".join(f"{_title(those)}\n\n{body}" for body, those in alike.items())


def _title(plans: "Sequence[ImagePlan]") -> str:
    name = " ".join(filter(None, (plans[0].name, plans[0].version)))
    return f"{click.style(name, bold=True)} for {' and '.join(plan.platform for plan in plans)}"


def _body(plan: "ImagePlan", columns: int) -> str:
    from pottle.plan import model

    width = max(NARROWEST, min(columns, WIDEST))
    lines: list[str] = []
    lines += _table([_row(reason) for reason in plan.reasons], width)
    if below := model.compiled_layers(plan.layers):
        lines += ["", _heading("compiled of what layers would hold, the lowest first")]
        lines += _layers(below, width)
    lines += ["", _heading("layers, the lowest first")]
    lines += _layers(model.image_layers(plan.layers), width)
    lines += ["", _heading("runs"), f"    {click.style(shlex.join(plan.command), fg='green')}", f"    {_manner(plan)}"]
    lines += (f"    keeping {path}" for path in plan.runtime.volumes)
    if len(plan.processes) > 1:
        lines += ["", _heading("its other processes, by `pottle run --process NAME`")]
        lines += [line for process in plan.processes[1:] for line in _process(process, plan.processes, width)]
    if plan.warnings:
        lines += ["", *(line for warning in plan.warnings for line in _warning(warning, width))]
    return "\n".join(lines)


def _heading(words: str) -> str:
    return f"  {click.style(words, bold=True)}"


def _row(reason: "Reason") -> Row:
    label = reason.decision.removeprefix("runtime.").replace("_", " ")
    return label, reason.value, reason.because, reason.at


def _table(rows: Sequence[Row], width: int) -> Iterator[str]:
    """Three columns; a value that is longer than its column has a line of its own."""
    labels = max(len(label) for label, *_ in rows)
    widest = (width - labels) // 4
    values = max((len(value) for _, value, *_ in rows if len(value) <= widest), default=widest)
    margin = 2 + labels + 2 + values + 2
    for label, value, because, at in rows:
        why = _wrapped(because, at, width - margin)
        start = f"  {label:<{labels}}  {click.style(value, fg='green')}"
        if len(value) <= values:
            yield f"{start}{' ' * (values - len(value))}  {why.pop(0)}".rstrip()
        else:
            yield start
        yield from (" " * margin + line for line in why)


def _wrapped(because: str, at: str | None, width: int) -> list[str]:
    place = f"({at})" if at else ""
    lines = textwrap.wrap(f"{because} {place}".strip(), width, break_long_words=False, break_on_hyphens=False)
    if place and lines[-1].endswith(place):
        lines[-1] = lines[-1].removesuffix(place) + _dim(place)
    return lines


def _layers(layers: "Sequence[LayerPlan]", width: int) -> Iterator[str]:
    rows = [(_shorter(label, width // 5), steps, because) for label, steps, because in _shown(layers)]
    names = max(len(label) for label, *_ in rows)
    margin = 4 + names + 2
    room = CONTENTS if width >= ROOMY else width - margin
    for label, steps, because in rows:
        contents = _contents(steps, room)
        beside = width >= ROOMY and len(contents) <= room
        why = textwrap.wrap(because, width - margin - (room + 2 if beside else 0))
        start = f"    {label:<{names}}  {contents}"
        if beside:
            yield f"{start}{' ' * (room - len(contents))}  {_dim(why[0])}"
            yield from (" " * (margin + room + 2) + _dim(line) for line in why[1:])
        else:
            yield start
            yield from (" " * margin + _dim(line) for line in why)


def _shown(layers: "Sequence[LayerPlan]") -> "Iterator[tuple[str, Sequence[Step], str]]":
    """Each layer, but of many of wheels the largest alone and the others together: what it is called, its steps, and why."""
    wheels = [layer for layer in layers if _is_of_wheels(layer)]
    shown = wheels[:_MOST] if len(wheels) > _MOST + 1 else wheels
    for layer in layers:
        if layer not in wheels or layer in shown:
            yield layer.name, layer.steps, layer.because
        elif layer == wheels[-1]:
            others = wheels[len(shown) :]
            yield (
                f"{len(others)} more of wheels",
                [step for each in others for step in each.steps],
                "by their size and names",
            )


def _shorter(text: str, columns: int) -> str:
    """Its beginning, where it is longer."""
    return text if len(text) <= columns else f"{text[: columns - 1]}…"


def _is_of_wheels(layer: "LayerPlan") -> bool:
    from pottle.plan.model import InstallWheels

    return isinstance(layer.steps[0], InstallWheels)


def _contents(steps: "Sequence[Step]", room: int) -> str:
    """What its steps bring: lists of packages are shortened, and places left out, until all of it fits."""
    from pottle.plan.model import SumUp

    if all(isinstance(step, SumUp) for step in steps):
        return "accounts"  # of a base image: there are no packages to sum up
    for most in (*range(8, 0, -1), 0):
        told = ", ".join(filter(None, (_brought(step, most) for step in _joined(steps))))
        if len(told) <= room:
            break
    return told


def _joined(steps: "Sequence[Step]") -> "Sequence[Step]":
    """What several layers of wheels hold, as one step."""
    import msgspec

    from pottle.plan.model import InstallWheels

    wheels = [step for step in steps if isinstance(step, InstallWheels)]
    if len(wheels) < 2:
        return steps
    every = tuple(each for step in wheels for each in step.requirements)
    return [msgspec.structs.replace(wheels[0], requirements=every)]


def _brought(step: "Step", most: int) -> str:
    from pottle.plan import model

    match step:
        case model.InstallPackages(packages=packages):
            return shortened(packages, most)
        case model.InstallInterpreter(version=version):
            return f"CPython {version}"
        case model.CreateEnvironment(path=path):
            return path
        case model.InstallWheels(requirements=(), own=own) if own is not None:
            return "what the project's backend asks for"
        case model.InstallWheels(requirements=requirements, unresolved=True):
            return f"{_counted(len(requirements), 'distribution')} and what they need"
        case model.InstallWheels(requirements=requirements):
            return shortened([each.name for each in requirements], most, "distribution")
        case model.BuildWheels(sources=sources):
            return f"{_counted(len(sources), 'distribution')} built from source"
        case model.InstallProject(path=".", backend=backend):
            return f"the wheel that {backend.partition('.')[0]} builds"
        case model.InstallProject(name=name, path=path):
            return f"{name} from {path}" if most > 3 else name
        case model.CopyProject(into=into):
            return f"files in {into}"
        case model.MakeDirectories(paths=paths):
            return " ".join(paths)
        case model.RunCommand(name=name, outputs=outputs):
            return f"what {name} writes to {', '.join(outputs)}" if most > 3 else f"what {name} writes"
        case model.Trim():
            return ""
        case model.SumUp():
            return "accounts, CA bundle, ld.so.cache"
        case model.LinkProgram():
            return "libraries, CA bundle, time zones, accounts"
        case model.CompileProgram(program=program):
            return program


def shortened(names: Sequence[str], most: int, thing: str = "package") -> str:
    """The first `most` of `names` and how many more there are: `libc6 libgcc-s1 … +6`; with none, their number."""
    if most == 0:
        return _counted(len(names), thing)
    left = len(names) - most
    return " ".join(names) if left <= 0 else f"{' '.join(names[:most])} … +{left}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _manner(plan: "ImagePlan") -> str:
    runtime = plan.runtime
    ports = f", listening on {' '.join(runtime.ports)}" if runtime.ports else ""
    return f"as {runtime.user} in {runtime.working_dir}{ports}, stopped by {runtime.stop_signal}"


def _process(process: "ProcessPlan", all_of_them: "Sequence[ProcessPlan]", width: int) -> Iterator[str]:
    names = max(len(each.name) for each in all_of_them)
    variables = [f"{name}={shlex.quote(value)}" for name, value in process.environment]
    command = " ".join([*variables, shlex.join(process.command)])
    yield f"    {process.name:<{names}}  {click.style(command, fg='green')}"
    why = f"at {process.schedule}: {process.because}" if process.schedule else process.because
    yield from (f"    {' ' * names}  {line}" for line in _wrapped(why, process.at, width - names - 6))


def _warning(warning: str, width: int) -> list[str]:
    word = "warning: "
    first, *others = textwrap.wrap(warning, width - len(word), break_long_words=False, break_on_hyphens=False)
    return [click.style(word, fg="yellow") + first, *(" " * len(word) + line for line in others)]


def _dim(words: str) -> str:
    return click.style(words, dim=True)
