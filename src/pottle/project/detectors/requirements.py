"""What `requirements.txt` asks for.

Every requirement pinned with `==` and hashed is a complete lock, as pip's `--require-hashes` demands of one. Anything less is a
wish list: it is read, warned about, and left to be resolved.
"""

from collections.abc import Iterator

from pottle.project import metadata, requirements_file, wishes
from pottle.project.clues import Clue, Direct, Said
from pottle.project.lock_format import LockFormat, beside, nothing
from pottle.project.survey import Survey
from pottle.project.wishes import Listing, Own
from pottle.text import Location

PATH = "requirements.txt"
PIN_THEM = "pin them with hashes: `uv pip compile --generate-hashes requirements.in -o requirements.txt`"


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The list at `path` as a lock, complete or not."""
    if not survey.tree.exists(path):
        return
    found = requirements_file.read(survey, path)
    yield Said("package_manager", "pip", Location(path, 1))
    yield from found.warnings
    own = Own(metadata.read(survey).needs, frozenset(found.extras)) if found.itself else None
    lock = wishes.as_lock(survey, found, Listing("requirements", Location(path), "write it anew"), own)
    yield from (Direct(root) for root in lock.roots)
    yield from wishes.unfinished(lock, found.wanted, PIN_THEM)
    yield lock


FORMAT = LockFormat("requirements", "list", beside(PATH), lambda path: path.endswith((".txt", ".in")), nothing, detect)
