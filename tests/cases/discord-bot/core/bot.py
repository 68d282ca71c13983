from discord.ext import commands


class Steward(commands.Bot):
    """The bot."""
