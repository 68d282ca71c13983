import click


@click.group()
def run():
    """Everything."""


@run.command()
def start():
    print("listening")


if __name__ == "__main__":
    run()
