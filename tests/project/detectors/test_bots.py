"""Bots, by the call that connects them."""

import pytest

from pottle.project.detectors.bots import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

DISCORD = "import discord\nfrom discord.ext import commands\n"
PROJECT = '[project]\nname = "p"\n[project.scripts]\np-admin = "p.admin:main"\np = "p.cli:main"\n[build-system]\nrequires = []\n'


def found(files: dict[str, str]) -> list[tuple[str | None, str]]:
    return [(app.framework, app.target) for app in detect(Survey(DictTree(files)))]


FIRES = {
    "a client": ({"bot.py": f"{DISCORD}client = discord.Client()\nclient.run(TOKEN)\n"}, ("discord.py", "bot.py")),
    "a bot in a function": (
        {"bot.py": f"{DISCORD}def main():\n    bot = commands.Bot('!')\n    bot.run(TOKEN)\nif __name__ == '__main__':\n    main()\n"},
        ("discord.py", "bot.py"),
    ),
    "a subclass": ({"x.py": f"{DISCORD}class B(commands.Bot): ...\nB('!').run(T)\n"}, ("discord.py", "x.py")),
    "a subclass of a subclass elsewhere": (
        {"core/b.py": f"{DISCORD}class B(commands.Bot): ...\n", "core/c.py": "from core.b import B\nclass C(B): ...\n",
         "main.py": "from core.c import C\nbot = C()\nbot.run(T)\n"},
        ("discord.py", "main.py"),
    ),
    "a context manager": (
        {"bot.py": f"{DISCORD}import asyncio\nasync def main():\n    async with commands.Bot('!') as bot:\n        await bot.start(T)\nasyncio.run(main())\n"},
        ("discord.py", "bot.py"),
    ),
    "an object that another module makes": (
        {"core.py": f"{DISCORD}bot = commands.Bot('!')\n", "start.py": "from core import bot\nbot.run(T)\n"},
        ("discord.py", "start.py"),
    ),
    "telegram": (
        {"bot.py": "from telegram.ext import Application\ndef main():\n    Application.builder().build().run_polling()\nmain()\n"},
        ("python-telegram-bot", "bot.py"),
    ),
    "aiogram": (
        {"bot.py": "import asyncio\nfrom aiogram import Bot, Dispatcher\ndp = Dispatcher()\nasync def main():\n    await dp.start_polling(Bot(T))\nif __name__ == '__main__':\n    asyncio.run(main())\n"},
        ("aiogram", "bot.py"),
    ),
    "telebot": ({"b.py": "import telebot\nbot = telebot.TeleBot(T)\nbot.infinity_polling()\n"}, ("pytelegrambotapi", "b.py")),
    "telethon": ({"b.py": "from telethon import TelegramClient\nc = TelegramClient()\nc.run_until_disconnected()\n"}, ("telethon", "b.py")),
    "slack": (
        {"app.py": "from slack_bolt import App\nfrom slack_bolt.adapter.socket_mode import SocketModeHandler\napp = App()\nif __name__ == '__main__':\n    SocketModeHandler(app, T).start()\n"},
        ("slack-bolt", "app.py"),
    ),
    "a console script": (
        {"pyproject.toml": PROJECT, "p/__init__.py": "", "p/admin.py": "def main(): ...\n",
         "p/cli.py": f"{DISCORD}def main():\n    discord.Client().run(T)\n"},
        ("discord.py", "p.cli:main"),
    ),
    "a console script through an import": (
        {"pyproject.toml": PROJECT, "p/__init__.py": "", "p/admin.py": "def main(): ...\n",
         "p/cli.py": "from p.bot import run\ndef main():\n    run()\n", "p/bot.py": f"{DISCORD}def run():\n    discord.Client().run(T)\n"},
        ("discord.py", "p.cli:main"),
    ),
    "a package": (
        {"b/__init__.py": "", "b/__main__.py": "from b.core import main\nmain()\n",
         "b/core.py": f"{DISCORD}def main():\n    discord.Client().run(T)\n"},
        ("discord.py", "b"),
    ),
    "a module in a package": (
        {"b/__init__.py": "", "b/start.py": f"{DISCORD}discord.Client().run(T)\n"}, ("discord.py", "b.start"),
    ),
    "a class of another library between the two": (
        {"b/__init__.py": "", "b/__main__.py": "import asyncio\nimport discord\nfrom base import BotBase\nclass Bot(BotBase): ...\n"
         "async def main():\n    async with Bot() as _bot:\n        await _bot.start(T)\nasyncio.run(main())\n"},
        ("discord.py", "b"),
    ),
    "a file that imports its neighbours": (
        {"bot/__init__.py": "", "bot/config.py": "", "bot/bot.py": "import config\nimport telebot\ntelebot.TeleBot(T).infinity_polling()\n"},
        ("pytelegrambotapi", "bot/bot.py"),
    ),
    "a neighbour that has the bot": (
        {"bot/main.py": "from tg import run\nif __name__ == '__main__':\n    run()\n",
         "bot/tg.py": "import telebot\ndef run():\n    telebot.TeleBot(T).infinity_polling()\n"},
        ("pytelegrambotapi", "bot/main.py"),
    ),
    "a file in a directory": ({"src/start.py": f"{DISCORD}discord.Client().run(T)\n"}, ("discord.py", "src/start.py")),
}  # fmt: skip
QUIET = {
    "another run": {"bot.py": f"{DISCORD}import asyncio\nasyncio.run(main())\n"},
    "another bot": {"bot.py": "from mine import Bot\nBot().run()\n"},
    "a webhook": {"bot.py": "import discord\ndiscord.SyncWebhook.from_url(U).send('x')\n"},
    "a library that nothing starts": {
        "p/__init__.py": "",
        "p/b.py": f"{DISCORD}def run():\n    discord.Client().run(T)\n",
    },
    "a client of something else": {"c.py": "import discord\nif __name__ == '__main__':\n    session.start()\n"},
    "a test": {"tests/bot.py": f"{DISCORD}discord.Client().run(T)\n"},
    "slack over http": {"app.py": "from slack_bolt import App\napp = App()\napp.start(port=3000)\n"},
}


@pytest.mark.parametrize(("files", "expected"), FIRES.values(), ids=FIRES)
def test_fires(files, expected):
    assert found(files) == [expected]


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files):
    assert found(files) == []


def test_the_call_is_the_evidence():
    (app,) = detect(Survey(DictTree({"bot.py": f"{DISCORD}client = discord.Client()\nclient.run(TOKEN)\n"})))
    assert (app.kind, str(app.at), app.because) == ("bot", "bot.py:4", "`client.run(…)` starts the bot here")


def test_two_libraries_are_told_apart_by_what_a_module_imports():
    files = {
        "a.py": "from telegram.ext import Updater\nUpdater(T).start_polling()\n",
        "b.py": "from aiogram import Dispatcher\nDispatcher().start_polling(B)\n",
    }
    assert found(files) == [("python-telegram-bot", "a.py"), ("aiogram", "b.py")]


def test_a_bot_that_brings_its_own_page_is_stronger_than_the_page():
    page = "from flask import Flask\napp = Flask('')\ndef keep():\n    app.run(port=8080)\n"
    bot = f"{DISCORD}from page import keep\nkeep()\ndiscord.Client().run(T)\n"
    alone, (with_page,) = (
        list(detect(Survey(DictTree({"page.py": page})))),
        detect(Survey(DictTree({"page.py": page, "bot.py": bot}))),
    )
    assert alone == []
    assert with_page.strength > 120


def test_some_end_in_order_on_sigterm():
    (app,) = detect(Survey(DictTree({"b.py": "from aiogram import Dispatcher\nDispatcher().start_polling(B)\n"})))
    assert app.handles_sigterm
