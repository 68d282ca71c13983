"""`pottle lint`: what is wrong with Dockerfiles, compose files and .dockerignore, with the project in view."""

import sys
from pathlib import Path

import click

from pottle.cli.surroundings import Surroundings

_FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")


@click.command("lint", short_help="Find what is wrong with Dockerfiles and compose files.")
@click.argument("files", nargs=-1, metavar="[FILES]...")
@click.option("--fix", is_flag=True, help="Repair what can be repaired safely.")
@click.option("--unsafe-fixes", is_flag=True, help="Repair also where somebody should look at it; implies --fix.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; nothing is written.")
@click.option("--select", metavar="RULES", multiple=True, help="Only these rules or categories, comma-separated.")
@click.option("--ignore", metavar="RULES", multiple=True, help="Not these rules or categories, comma-separated.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", help="How findings are told.")
@click.option("--statistics", is_flag=True, help="How often each rule has found something, in place of the findings.")
@click.option("--explain", metavar="RULE", help="Show a rule's page.")
@click.option("--rules", is_flag=True, help="List the rules.")
@click.option("--stdin-filename", metavar="NAME", default="Dockerfile", help="What - is to be taken for.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing where nothing is found.")
@click.pass_obj
def command(
    around: Surroundings,
    /,
    files: tuple[str, ...],
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    statistics: bool,
    explain: str | None,
    rules: bool,
    stdin_filename: str,
    quiet: bool,
) -> int:
    """Find what is wrong with Dockerfiles, compose files and .dockerignore.

    FILES are files, directories to look below, or - for standard input; by default the current directory. What a rule
    says is checked against the project around the file: its lock, its pyproject.toml, its code.

    \b
    Examples:
      pottle lint
      pottle lint --diff Dockerfile          # what --fix would change
      pottle lint --fix --select size,runtime
      pottle lint --explain uv-run-at-start
      pottle lint --format sarif > lint.sarif
    """
    import json

    from pottle import api
    from pottle.cli import lint_text
    from pottle.lint.engine import LARGEST

    if explain is not None or rules:
        told = [api.lint_rule(explain)] if explain is not None else api.lint_rules()
        if form == "json":
            click.echo(json.dumps(told[0] if explain is not None else told, indent=2))
        else:
            click.echo(lint_text.page(told[0]) if explain is not None else lint_text.rules(told))
        return 0
    names = files or (".",)
    settings = api.lint_settings(Path.cwd(), around.environ, _split(select), _split(ignore))
    stdin = sys.stdin.buffer.read(LARGEST + 1) if "-" in names else None
    targets = api.lint_targets(names, Path.cwd(), stdin, stdin_filename)
    if fix or unsafe_fixes or diff:
        fixed = api.lint_fixed(targets, settings, unsafe=unsafe_fixes)
        if diff:
            changes = "".join(lint_text.shown_diff(change) for each in fixed for change in each.changes)
            click.echo(changes, nl=False, color=around.colour)
            return 1 if changes else 0
        checked = [each.checked for each in fixed]
        for each in fixed:
            each.write()
        if names == ("-",):
            sys.stdout.buffer.write(checked[0].source.encode())
            return 1 if checked[0].diagnostics else 0
        made = sum(len(each.made) for each in fixed)
        if made and not quiet:
            click.echo(f"{made} fixed", err=True)
    else:
        checked = [target.check(settings) for target in targets]
    found = any(each.diagnostics for each in checked)
    if statistics:
        counts = lint_text.counted(checked)
        click.echo(json.dumps(counts, indent=2) if form == "json" else lint_text.statistics(counts))
    elif form != "text":
        click.echo(api.lint_rendered(form, checked), nl=False)
    elif found or not quiet:
        click.echo(lint_text.text(checked), color=around.colour)
    return 1 if found else 0


def _split(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())
