"""Bots: programs that keep a connection to a chat service open, found by the call that opens it.

`bot.run(token)` counts where `bot` is an instance of a class of a bot's framework; verbs that no other library has
(`run_polling`, `infinity_polling`) count wherever the framework is imported. What starts the bot is what leads to that call.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pottle.project import web_frameworks
from pottle.project.entries import Entries, Entry
from pottle.project.facts import Application
from pottle.project.makers import Makers
from pottle.project.module import Module, shown
from pottle.project.names import Names
from pottle.project.survey import Survey

BOT = 75
"""Below an application object that is served, above a factory: a project with both is a web application with a bot."""
WITH_WEB = 130
"""What starts the bot also imports the web application: that one is its keep-alive page."""

_DISCORD = ("Client", "AutoShardedClient", "Bot", "AutoShardedBot", "InteractionBot", "AutoShardedInteractionBot")


@dataclass(frozen=True, slots=True)
class Library:
    """A framework for bots."""

    name: str
    """As people call it."""
    package: str
    classes: tuple[str, ...] = ()
    """Instances of these are started by `starts`."""
    starts: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    """Methods that nothing else has: they open the connection whatever they are called on."""
    handles_sigterm: bool = False
    """It ends in order on SIGTERM."""


LIBRARIES: tuple[Library, ...] = (
    Library("discord.py", "discord", _DISCORD, ("run", "start")),
    Library("nextcord", "nextcord", _DISCORD, ("run", "start")),
    Library("disnake", "disnake", _DISCORD, ("run", "start")),
    Library("hikari", "hikari", ("GatewayBot",), ("run", "start"), handles_sigterm=True),
    Library("interactions.py", "interactions", ("Client", "AutoShardedClient"), ("start", "astart")),
    Library("python-telegram-bot", "telegram", verbs=("run_polling", "start_polling"), handles_sigterm=True),
    Library("aiogram", "aiogram", verbs=("start_polling", "run_polling"), handles_sigterm=True),
    Library("pytelegrambotapi", "telebot", verbs=("infinity_polling", "polling", "infinity_polling_async")),
    Library("telethon", "telethon", verbs=("run_until_disconnected",)),
    Library("pyrogram", "pyrogram", ("Client",), ("run",)),
    Library("slack-bolt", "slack_bolt", ("SocketModeHandler", "AsyncSocketModeHandler"), ("start", "start_async")),
    Library("twitchio", "twitchio", ("Bot", "AutoBot", "Client"), ("run", "start")),
    Library("matrix-nio", "nio", verbs=("sync_forever",)),
    Library("vkbottle", "vkbottle", verbs=("run_forever", "run_polling")),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """The call that opens the connection."""

    library: Library
    module: Module
    call: ast.Call

    @property
    def because(self) -> str:
        """For the reason."""
        return f"`{shown(self.call.func)}(…)` starts the bot here"


def detect(survey: Survey) -> Iterator[Application]:
    """Each way to start a bot, once."""
    openings = list(_openings(survey))
    if not openings:
        return
    entries, seen = Entries(survey), set[str]()
    web = [module for module in survey.modules if _has_web(module)]
    for opening in openings:
        entry = entries.to(opening.module, opening.call)
        if entry is None or entry.target in seen:
            continue
        seen.add(entry.target)
        whole = any(entries.reaches(entry.module, module) is not None for module in web)
        yield _application(opening, entry, whole=whole)


def _application(opening: Opening, entry: Entry, *, whole: bool) -> Application:
    return Application(
        kind="bot",
        framework=opening.library.name,
        target=entry.target,
        at=opening.module.at(opening.call),
        strength=(WITH_WEB if whole else BOT) - min(entry.module.path.count("/"), 4),
        because=opening.because,
        script=entry.script,
        handles_sigterm=opening.library.handles_sigterm,
    )


def _openings(survey: Survey) -> Iterator[Opening]:
    imported = {name.partition(".")[0] for module in survey.modules for name in module.imports.values()}
    libraries = [library for library in LIBRARIES if library.package in imported]
    if not libraries:
        return
    modules = survey.with_calls({verb for library in libraries for verb in (*library.starts, *library.verbs)})
    makers = Makers(Names(modules, survey.named), partial(_class, libraries))
    for module in modules:
        for call in module.calls:
            if isinstance(call.func, ast.Attribute) and (library := _opened(module, call.func, libraries, makers)):
                yield Opening(library, module, call)


def _class(libraries: Sequence[Library], qualified: str) -> Library | None:
    """The library whose class it is: wherever in the package it is imported from."""
    package, name = qualified.partition(".")[0], qualified.rpartition(".")[2]
    return next((library for library in libraries if library.package == package and name in library.classes), None)


def _has_web(module: Module) -> bool:
    return any(origin in web_frameworks.CLASSES for origin in module.imports.values())


def _opened(
    module: Module, function: ast.Attribute, libraries: Sequence[Library], makers: Makers[Library]
) -> Library | None:
    verb = function.attr
    here = {name.partition(".")[0] for name in module.imports.values()}
    spoken = [library for library in libraries if verb in library.verbs]
    if spoken:
        return next((library for library in spoken if library.package in here), spoken[0])
    if not any(verb in library.starts for library in libraries):
        return None
    made = makers.made(module, function.value)
    if made is not None:
        return made if verb in made.starts else None
    # A class of a library between the two: `class Bot(BotBase)`. Its name tells where the module starts it by itself.
    called = getattr(function.value, "attr", getattr(function.value, "id", "")).strip("_").lower()
    starts = module.main_guard is not None or module.path.endswith("__main__.py")
    if called not in ("bot", "client") or not starts:
        return None
    return next((library for library in libraries if verb in library.starts and library.package in here), None)
