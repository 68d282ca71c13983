"""Whether the project's own code starts a browser: who only talks to one that runs elsewhere needs none in the image."""

from collections.abc import Iterator

from pottle.project.clues import Said
from pottle.project.survey import Survey

STARTS = ("selenium.webdriver.Chrome",)


def detect(survey: Survey) -> Iterator[Said]:
    """The first place that starts one."""
    for module in survey.modules:
        for call in module.calls:
            if (name := module.qualified(call.func)) in STARTS:
                yield Said("browser", str(name), module.at(call))
                return
