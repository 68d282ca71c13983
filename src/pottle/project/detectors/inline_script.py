"""What a single script asks for: inline metadata (PEP 723), and uv's lock beside it (`script.py.lock`).

The script is the application. It counts where nothing else says what the project needs, or where it is named itself.
"""

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from pottle.errors import ProjectError
from pottle.project import freshness, requirement, requirements_file, script_block, wishes
from pottle.project.clues import Clue, Direct, Said
from pottle.project.detectors import uv_lock
from pottle.project.detectors.python import notation
from pottle.project.facts import PythonWish
from pottle.project.lock_format import LockFormat, nothing
from pottle.project.requirements_file import Collected, Wanted
from pottle.project.survey import Survey
from pottle.project.uv_sources import Sources
from pottle.project.wishes import Listing
from pottle.text import Location
from pottle.toml import Document

MAIN = "main.py"


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The script at `path`. Raises `ProjectError` where it stands for several and nothing says which."""
    document = script_block.read(survey.tree.read(path) or "", path)
    if document is None:
        return
    yield Said("script", path, Location(path, 1))
    yield Said("package_manager", "pep723", Location(path, _line(document)))
    yield from _name(path)
    yield from _python(document)
    wanted = _wanted(survey, document)
    yield from (Direct(one.dependency) for one in wanted)
    lock = survey.toml(f"{path}.lock")
    if lock is not None:
        freshness.check_script(document, lock)
        yield uv_lock.of_script(lock)
        return
    listing = Listing("pep723", document.at("dependencies"), f"run `uv lock --script {path}`")
    indexes = document.get("tool", "uv", "index") or []
    if wanted:
        what = f"nothing is locked, so that every build may get other versions: {listing.again}"
        yield Said("unpinned", what, listing.at)
        yield wishes.as_lock(survey, _collected(wanted, indexes), listing)


def _line(document: Document) -> int:
    """Of `# /// script`: the line above the first of its own."""
    return next((n for n, line in enumerate(document.lines) if line), 1)


def _name(path: str) -> Iterator[Said]:
    stem = path.rpartition("/")[2].removesuffix(".py")
    name = canonicalize_name(stem).strip("-")
    if name and path != MAIN:
        yield Said("name", name, Location(path))


def _python(document: Document) -> Iterator[PythonWish]:
    bound = document.get("requires-python")
    if bound is not None:
        yield notation.span(str(bound), document.at("requires-python"))


def _wanted(survey: Survey, document: Document) -> list[Wanted]:
    texts = document.get("dependencies") or []
    if not isinstance(texts, list):
        raise ProjectError("`dependencies` has to be a list", at=document.at("dependencies"), hint="see PEP 723")
    sources = Sources(survey, document)
    placed = [(text, document.at("dependencies", item=str(text))) for text in texts]
    return [sources.of(requirements_file.from_requirement(requirement.parse(t, at), at)) for t, at in placed]


def _collected(wanted: list[Wanted], indexes: object) -> Collected:
    """With the indexes that the script itself names (`[[tool.uv.index]]`)."""
    found = Collected(wanted=wanted)
    for index in indexes if isinstance(indexes, list) else []:
        if isinstance(index, dict) and isinstance(index.get("url"), str) and not index.get("explicit"):
            url = requirement.without_credentials(index["url"])
            if index.get("default"):
                found.index = url
            else:
                found.extra_indexes.append(url)
    return found


# --- which ----------------------------------------------------------------------------------------


def _scripts(survey: Survey) -> list[str]:
    """Those in the project's own directory, `main.py` alone where it is one of them."""
    files = (path for path in survey.tree.files() if path.endswith(".py") and "/" not in path)
    found = [path for path in files if "# /// script" in (survey.source(path) or "")]
    return [MAIN] if MAIN in found else found


def _find(survey: Survey) -> str | None:
    return next(iter(_scripts(survey)), None)


def _detect_only(survey: Survey, path: str) -> Iterator[Clue]:
    first, *more = _scripts(survey)
    if more:
        what = f"{first} and {more[0]} are scripts of their own, and nothing says which is meant"
        raise ProjectError(what, at=Location(first, 1), hint=f"name it: `pottle build {first}`")
    yield from detect(survey, path)


FORMAT = LockFormat("pep723", "project", _find, lambda path: False, nothing, _detect_only)  # noqa: ARG005
NAMED = LockFormat("pep723", "project", lambda survey: None, lambda path: path.endswith(".py"), nothing, detect)  # noqa: ARG005
FORMATS = (NAMED, FORMAT)
"""Found where nothing else is; or named by who builds it."""
