"""Jobs: Scrapy's spiders, and programs that wait for their time (APScheduler, schedule, rocketry).

A scheduler counts where something of the project starts it and nothing else is served: beside a web application it is a part of that.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from pottle.project.entries import Entries
from pottle.project.facts import Application
from pottle.project.makers import Makers
from pottle.project.module import Module, shown, text_of
from pottle.project.names import Names
from pottle.project.survey import Survey

SCHEDULER = 58
"""Above scripts: what starts it is one."""
SPIDER = 57

_SPIDERS = (
    "Spider",
    "CrawlSpider",
    "XMLFeedSpider",
    "CSVFeedSpider",
    "SitemapSpider",
    "RedisSpider",
    "RedisCrawlSpider",
)
_CONFIG = "scrapy.cfg"


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A library that waits, and the call by which it does."""

    name: str
    package: str
    classes: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    """Methods of an instance of `classes`."""
    function: str | None = None
    """A function of the package."""


SCHEDULERS: tuple[Scheduler, ...] = (
    Scheduler("apscheduler", "apscheduler", ("BlockingScheduler",), ("start",)),
    Scheduler("apscheduler", "apscheduler", ("Scheduler", "AsyncScheduler"), ("run_until_stopped",)),
    Scheduler("schedule", "schedule", ("Scheduler",), ("run_pending",), "schedule.run_pending"),
    Scheduler("rocketry", "rocketry", ("Rocketry",), ("run", "serve")),
)


def detect(survey: Survey) -> Iterator[Application]:
    """Spiders where a Scrapy project is, and what starts a scheduler."""
    packages = {origin.partition(".")[0] for module in survey.modules for origin in module.imports.values()}
    if survey.tree.exists(_CONFIG):
        yield from _spiders(survey)
    if packages & {scheduler.package for scheduler in SCHEDULERS}:
        yield from _scheduled(survey)


def _spiders(survey: Survey) -> Iterator[Application]:
    """Each spider by the name under which `scrapy crawl` knows it."""
    makers = Makers(Names(survey.modules, survey.named), _spider)
    for module in survey.with_calls(("spiders",), near=4):
        for name, cls in module.classes.items():
            called = next((text for statement in cls.body if (text := _name(statement))), None)
            if called is None or not makers.subclass(module, cls):
                continue
            because = f"`class {name}` is a spider"
            target, at = f"{module.name}:{name}", module.at(cls)
            yield Application("job", "scrapy", target, at, SPIDER, because, arguments=("crawl", called))


def _scheduled(survey: Survey) -> Iterator[Application]:
    entries, seen = Entries(survey), set[str]()
    modules = survey.with_calls(("run_pending", "start", "run"), near=1)
    makers = Makers(Names(modules, survey.named), _scheduler)
    for module in modules:
        for call in module.calls:
            scheduler = _waits(module, call, makers)
            entry = entries.to(module, call) if scheduler is not None else None
            if scheduler is None or entry is None or entry.target in seen:
                continue
            seen.add(entry.target)
            because = f"`{shown(call.func)}(…)` waits for its times here"
            strength = SCHEDULER - min(entry.module.path.count("/"), 2)
            yield Application(
                "job", scheduler.name, entry.target, module.at(call), strength, because, script=entry.script
            )


def _waits(module: Module, call: ast.Call, makers: Makers[Scheduler]) -> Scheduler | None:
    qualified = module.qualified(call.func)
    if found := next((s for s in SCHEDULERS if s.function is not None and s.function == qualified), None):
        return found
    if not isinstance(call.func, ast.Attribute) or not any(call.func.attr in s.starts for s in SCHEDULERS):
        return None
    made = makers.made(module, call.func.value)
    return made if made is not None and call.func.attr in made.starts else None


def _scheduler(qualified: str) -> Scheduler | None:
    package, name = qualified.partition(".")[0], qualified.rpartition(".")[2]
    return next((s for s in SCHEDULERS if s.package == package and name in s.classes), None)


def _spider(qualified: str) -> bool | None:
    package, name = qualified.partition(".")[0], qualified.rpartition(".")[2]
    return True if package in ("scrapy", "scrapy_redis") and name in _SPIDERS else None


def _name(statement: ast.stmt) -> str | None:
    """`name = "quotes"` in a class."""
    match statement:
        case ast.Assign(targets=[ast.Name(id="name")], value=value):
            return text_of(value)
        case ast.AnnAssign(target=ast.Name(id="name"), value=ast.expr() as value):
            return text_of(value)
        case _:
            return None
