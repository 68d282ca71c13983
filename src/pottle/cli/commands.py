"""The group of all commands. A command's module is imported when that command is called: `pottle --help` stays fast."""

from importlib import import_module

import click

from pottle import __version__

COMMANDS = {
    "plan": "Show the image that would be built, with the reason for every decision.",
    "build": "Build the image: no Docker, no root, no Dockerfile.",
    "lock": "Keep all that an image is made of, by digest, in pottle.lock.",
    "run": "Build if needed, and run.",
    "lint": "Find what is wrong with Dockerfiles, compose files and .dockerignore.",
    "lsp": "Serve an editor: findings and fixes while you type.",
    "libs": "Which libraries of the system an environment needs, and which packages have them.",
    "generate": "Write a Dockerfile, compose files, manifests …, which are yours to change.",
    "resolve": "Build what manifests name by pottle://, push it, and put digests there.",
    "cache": "Look at the cache, and tidy it.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and one line; imports `pottle.cli.NAME` for the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of use, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command object; None for a name that is not in `COMMANDS`."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"pottle.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in `--help`, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a misspelt name."""
        from difflib import get_close_matches

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"there is no command {args[0]!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 findings, 2 usage, 3 your project or configuration, 4 a source is away or refused, "
    "5 bytes are not what their digest says, 6 this machine cannot, 70 a bug in pottle.",
)
@click.version_option(__version__, "-V", "--version", prog_name="pottle", message="%(prog)s %(version)s")
def pottle() -> None:
    """Put any Python project into a small, fast, reproducible container image.

    \b
    Examples:
      pottle run                        # the project here, built and served
      pottle build -t shop:1.2 --load   # into Docker or Podman
      pottle plan ../shop               # what would be built, and why
    """
