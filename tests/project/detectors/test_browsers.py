"""Whether the project's code starts a browser."""

import pytest

from pottle.project.detectors.browsers import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

FIRES = [
    "from selenium import webdriver\nwebdriver.Chrome()",
    "from selenium.webdriver import Chrome\nChrome(options=None)",
    "import selenium.webdriver as driver\nwith driver.Chrome() as browser: ...",
]
QUIET = [
    "from selenium import webdriver\nwebdriver.Remote('http://chrome:4444/wd/hub')",
    "from selenium import webdriver\nwebdriver.ChromeOptions()",
    "from mine import webdriver\nwebdriver.Chrome()",
]


@pytest.mark.parametrize("text", FIRES)
def test_fires_with_its_line(text):
    (said,) = detect(Survey(DictTree({"a.py": text})))
    assert (said.subject, said.value, str(said.at)) == ("browser", "selenium.webdriver.Chrome", "a.py:2")


@pytest.mark.parametrize("text", QUIET)
def test_stays_quiet(text):
    assert list(detect(Survey(DictTree({"a.py": text})))) == []


def test_tests_may_start_browsers():
    assert list(detect(Survey(DictTree({"tests/a.py": FIRES[0]})))) == []
