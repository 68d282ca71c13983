"""Spiders, and programs that wait for their time."""

import pytest

from pottle.project.detectors.jobs import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

SCRAPY = {"scrapy.cfg": "", "p/__init__.py": "", "p/spiders/__init__.py": ""}
SPIDER = "import scrapy\nclass QuotesSpider(scrapy.Spider):\n    name = 'quotes'\n"


def found(files: dict[str, str]):
    return [(app.framework, app.target, " ".join(app.arguments)) for app in detect(Survey(DictTree(files)))]


FIRES = {
    "a spider": ({**SCRAPY, "p/spiders/q.py": SPIDER}, ("scrapy", "p.spiders.q:QuotesSpider", "crawl quotes")),
    "a spider by its own base": (
        {**SCRAPY, "p/base.py": "from scrapy.spiders import CrawlSpider\nclass Base(CrawlSpider): ...\n",
         "p/spiders/q.py": "from p.base import Base\nclass Q(Base):\n    name: str = 'q'\nX = 'p.spiders'\n"},
        ("scrapy", "p.spiders.q:Q", "crawl q"),
    ),
    "apscheduler": (
        {"clock.py": "from apscheduler.schedulers.blocking import BlockingScheduler\ns = BlockingScheduler()\ns.start()\n"},
        ("apscheduler", "clock.py", ""),
    ),
    "apscheduler in a function": (
        {"clock.py": "from apscheduler.schedulers.blocking import BlockingScheduler\ndef main():\n    s = BlockingScheduler()\n"
         "    s.start()\nif __name__ == '__main__':\n    main()\n"},
        ("apscheduler", "clock.py", ""),
    ),
    "schedule": (
        {"main.py": "import schedule\nimport time\nwhile True:\n    schedule.run_pending()\n    time.sleep(1)\n"}, ("schedule", "main.py", ""),
    ),
    "rocketry": ({"main.py": "from rocketry import Rocketry\napp = Rocketry()\nif __name__ == '__main__':\n    app.run()\n"}, ("rocketry", "main.py", "")),
}  # fmt: skip
QUIET = {
    "a spider without a project": {"q.py": SPIDER},
    "a base of spiders": {**SCRAPY, "p/spiders/q.py": "import scrapy\nclass Base(scrapy.Spider): ...\n"},
    "another class with a name": {
        **SCRAPY,
        "p/spiders/q.py": "import scrapy\nclass Item(scrapy.Item):\n    name = 'x'\n",
    },
    "a scheduler in the background": {
        "main.py": "from apscheduler.schedulers.background import BackgroundScheduler\ns = BackgroundScheduler()\ns.start()\n"
    },
    "another schedule": {"main.py": "from mine import schedule\nschedule.run_pending()\n"},
    "nothing starts it": {"p/__init__.py": "", "p/x.py": "import schedule\ndef loop():\n    schedule.run_pending()\n"},
}


@pytest.mark.parametrize(("files", "expected"), FIRES.values(), ids=FIRES)
def test_fires(files, expected):
    assert found(files) == [expected]


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files):
    assert found(files) == []


def test_several_spiders_are_equals():
    files = {**SCRAPY, "p/spiders/q.py": SPIDER, "p/spiders/a.py": SPIDER.replace("quotes", "authors")}
    first, second = detect(Survey(DictTree(files)))
    assert first.strength == second.strength
