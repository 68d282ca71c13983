from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def run(
    host: Annotated[str, typer.Option(help="where to listen", envvar="NOTES_HOST")] = "localhost",
    port: Annotated[int, typer.Option("--port", "-p")] = 4000,
) -> None:
    """Run the server."""
    from notes.server import serve

    serve(host, port)


@app.command("import")
def import_(path: str) -> None:
    """Import notes."""
