"""Counts the words of its arguments."""

from collections import Counter

import click
import orjson


@click.command()
@click.argument("words", nargs=-1)
def main(words: tuple[str, ...]) -> None:
    """How often each word was given."""
    click.echo(orjson.dumps(Counter(words)).decode())
