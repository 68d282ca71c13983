"""The folder, the tuples and the tests of the detectors agree."""

from pathlib import Path

from pottle.project import detectors
from pottle.project.detectors import DETECTORS, LOCKS

FOLDER = Path(detectors.__file__).parent
NAMES = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
NAMES |= {path.parent.name for path in FOLDER.glob("*/__init__.py")}


def test_every_detector_is_listed_once():
    formats = dict.fromkeys(each.detect.__module__ for each in LOCKS)  # one module may read several
    listed = [name.rpartition(".")[2] for name in (*formats, *(detector.__module__ for detector in DETECTORS))]
    assert sorted(listed) == sorted(NAMES)


def test_every_detector_has_its_tests():
    assert {
        path.stem.removeprefix("test_") for path in (Path(__file__).parent / "detectors").glob("test_*.py")
    } == NAMES


def test_every_detector_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "design" / "project.md").read_text()
    assert {name for name in NAMES if f"`{name}`" in page} == NAMES
