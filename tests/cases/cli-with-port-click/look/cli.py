import click
import uvicorn

from look.app import Look


@click.group()
def cli():
    """Look at tables."""


@cli.command()
@click.argument("files", nargs=-1)
@click.option("-h", "--host", default="127.0.0.1", help="Host for server")
@click.option("-p", "--port", default=8001, type=click.IntRange(0, 65535), help="Port for server")
@click.option("--reload", is_flag=True)
def serve(files, host, port, reload):
    """Serve the tables."""
    look = Look(files)
    options = {"host": host, "port": port, "log_level": "info"}
    uvicorn.run(look.app(), **options)


@cli.command()
@click.argument("file")
def inspect(file):
    """Show one table."""
