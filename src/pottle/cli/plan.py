"""`pottle plan`: the image that would be built, each decision with its evidence."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pottle.cli.choices import plan_flags, platform_flag, project_argument, talk_flags
from pottle.cli.surroundings import Surroundings

if TYPE_CHECKING:
    from pottle.plan.model import ImagePlan, LayerPlan, Reason


@click.command("plan", short_help="Show the image that would be built.")
@project_argument
@platform_flag
@plan_flags
@talk_flags
@click.pass_obj
def command(around: Surroundings, /, path: Path, form: str, quiet: bool, **flags: Any) -> int:  # noqa: ARG001
    r"""Show the image that would be built, with the reason for every decision.

    Nothing is fetched and nothing is written.

    \b
    Examples:
      pottle plan
      pottle plan ../shop --python 3.11
      pottle plan --format json | jq .command
    """
    from pottle import api

    options = api.read_options(path, around.environ, flags)
    plans = [api.plan(path, options, platform) for platform in api.platforms(options)]
    if form == "json":
        click.echo(api.plans_as_json(plans), nl=False)
    else:
        click.echo("\n\n".join(_text(plan) for plan in plans))
    return 0


def _text(plan: "ImagePlan") -> str:
    title = " ".join(filter(None, (plan.name, plan.version)))
    lines = [f"{click.style(title, bold=True)} for {plan.platform}", ""]
    lines += _decisions(plan.reasons)
    lines += ["", f"  {click.style('layers', bold=True)}"]
    lines += [_layer(layer) for layer in plan.layers]
    lines += ["", f"  {click.style('command', bold=True)}  {' '.join(plan.command)}"]
    lines += [f"  {click.style('warning', fg='yellow')}  {warning}" for warning in plan.warnings]
    return "\n".join(lines)


def _decisions(reasons: "tuple[Reason, ...]") -> list[str]:
    names = max(len(reason.decision) for reason in reasons)
    values = min(32, max(len(reason.value) for reason in reasons))
    return [
        f"  {reason.decision:<{names}}  {click.style(f'{reason.value:<{values}}', fg='green')}  because {reason.because}"
        + (click.style(f"  ({reason.at})", dim=True) if reason.at else "")
        for reason in reasons
    ]


def _layer(layer: "LayerPlan") -> str:
    return f"    {layer.name:<12} {_contents(layer):<34} {click.style(layer.because, dim=True)}"


def _contents(layer: "LayerPlan") -> str:
    from pottle.plan import model

    told = []
    for step in layer.steps:
        match step:
            case model.InstallPackages(packages=packages):
                told.append(" ".join(packages))
            case model.CreateEnvironment(path=path):
                told.append(path)
            case model.InstallWheels(requirements=requirements):
                told.append(f"{len(requirements)} distributions")
            case model.InstallProject(backend=backend):
                told.append(f"wheel by {backend.partition('.')[0]}")
            case model.CopyProject(into=into):
                told.append(f"files in {into}")
            case model.SumUp():
                told.append("accounts, CA bundle, ld.so.cache")
    return ", ".join(told)
