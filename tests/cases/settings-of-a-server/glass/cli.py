import typer

cli = typer.Typer(name="glass")


@cli.callback()
def version(version: bool = False) -> None:
    """Glass."""


@cli.command(name="start")
def _start(workers: int | None = None) -> None:
    """Start glass."""
    from glass.main import run

    run(workers)


def main() -> None:
    cli()
