import os

from core.bot import Steward
from keep_alive import keep_alive

bot = Steward("!")
keep_alive()
bot.run(os.environ["TOKEN"])
