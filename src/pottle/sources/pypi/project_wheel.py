"""The project's own wheel, built by its own backend (PEP 517) in an isolated environment, from a copy that may be written into."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pottle import child
from pottle.errors import HostError, PottleError, ProjectError
from pottle.project.version import NOTHING, Pretence
from pottle.sources.pypi import build_system, uv
from pottle.sources.pypi.build_requirements import Given, Observer
from pottle.sources.pypi.failure import failure
from pottle.tags import choose_wheel
from pottle.text import Location

_HERE = Location("pyproject.toml")


def build_project(
    session: uv.Session,
    files: Iterable[tuple[str, Path]],
    into: Path,
    epoch: int,
    pretence: Pretence = NOTHING,
    requires: Given | Observer | None = None,
) -> Path:
    """The path of the wheel, built below `into`, of the project that consists of `files`: (path in the project, file on disk).

    `pretence` is what the backend is shown in place of version control, `requires` what it is run with: what is given, or, for an
    observer, whatever an index has.

    Nothing is written into the project. Raises `ProjectError` with the last lines of the backend where it fails, and where the
    wheel does not fit the target.
    """
    try:
        with uv.scratch(session) as work:
            source, out = work / "source", work / "dist"
            _copy(files, source)
            build_system.complete(source)
            _pretend(session, source, pretence, epoch)
            variables = {**dict(pretence.variables), **build_variables(epoch)}
            if isinstance(requires, Observer):
                variables |= requires.variables
            command: Sequence[str | Path] = [*_BUILD, "--out-dir", out, source]
            try:
                if isinstance(requires, Given):
                    _run_given(session, command, requires, work, variables)
                else:
                    uv.run(session, command, work, variables)
            except uv.UvFailed as failed:
                raise _build_failure(failed, source) from failed
            built = _only_wheel(out)
            _check_fits(session, built.name)
            into.mkdir(parents=True, exist_ok=True)
            return Path(shutil.move(built, into / built.name))
    except OSError as error:
        raise HostError(
            f"cannot build the project's wheel: {error.strerror or error}", hint="is the disk full?"
        ) from error


def _run_given(
    session: uv.Session, command: Sequence[str | Path], requires: Given, work: Path, variables: Mapping[str, str]
) -> None:
    """With these requirements, and where uv's cache has them, without asking anybody: their hashes decide what is right."""
    command = [*command, *requires.options(work)]
    try:
        uv.run(session, [*command, "--offline"], work, variables)
    except uv.UvFailed as failed:
        if _RETURNED in failed.said:
            raise
        try:
            uv.run(session, command, work, variables)
        except uv.UvFailed as again:
            if (stale := requires.stale(again.said)) is not None:
                raise stale from again
            raise


_RETURNED = "build backend returned an error"

# Our own interpreter, whatever `.python-version` says: a wheel that has to be built by the image's Python would not be accepted.
_BUILD = ("build", "--wheel", "--no-create-gitignore", "--force-pep517", "--python", sys.executable)


def build_variables(epoch: int) -> dict[str, str]:
    """What a backend finds in its environment: the same on every machine."""
    return {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def _pretend(session: uv.Session, source: Path, pretence: Pretence, epoch: int) -> None:
    """Lays beside the sources what stands for version control."""
    if pretence.pkg_info is not None:
        (source / "PKG-INFO").write_text(pretence.pkg_info, encoding="utf-8")
    if pretence.repository:
        _commit_all(session, source, epoch)


def _commit_all(session: uv.Session, source: Path, epoch: int) -> None:
    """A repository whose one commit holds every file: without one, setuptools-scm would leave out data that nothing else lists.

    Where there is no git, the backend does without, as it would from an sdist.
    """
    person, date = "pottle", f"{epoch} +0000"
    environ = {
        "PATH": session.environ.get("PATH", os.defpath),
        "HOME": str(source),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{role}_{what}": person for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        **{f"GIT_{role}_DATE": date for role in ("AUTHOR", "COMMITTER")},
    }
    commands = (("init", "--quiet"), ("add", "--all", "--force"), ("commit", "--quiet", "--message=sources"))
    for command in commands:
        try:
            status, _ = child.run(("git", *command), session.stop, env=environ, cwd=source)
        except FileNotFoundError:
            return
        if status != 0:
            return


def _copy(files: Iterable[tuple[str, Path]], into: Path) -> None:
    """Contents and the executable bit; neither times nor the rest of the mode, which a backend might put into the wheel."""
    into.mkdir()
    for path, source in files:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise ProjectError(f"a file of the project lies outside it: {path}")
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)


def _only_wheel(out: Path) -> Path:
    wheels = sorted(out.glob("*.whl"))
    if len(wheels) != 1:
        raise ProjectError(f"the build backend made {len(wheels)} wheels, not one", at=_HERE)
    return wheels[0]


def _check_fits(session: uv.Session, filename: str) -> None:
    target = session.target
    try:
        tags = parse_wheel_filename(filename)[3]
    except InvalidWheelFilename as error:
        raise ProjectError(
            f"the build backend made a file that is not named as a wheel is: {filename}", at=_HERE
        ) from error
    made_for_this_machine = any(tag.platform.startswith("linux_") for tag in tags)
    fits = choose_wheel([filename], target) is not None
    if made_for_this_machine or not fits:
        raise ProjectError(
            f"the project's wheel {filename} does not fit {target}",
            at=_HERE,
            hint="a project with compiled code has to be built for the image: publish its wheel on an index and depend on that",
        )


def _build_failure(failed: uv.UvFailed, source: Path) -> PottleError:
    """The backend's own last words; or what is wrong with `pyproject.toml`; or why its requirements cannot be had."""
    said = failed.said.replace(str(source), "the project")
    backend, _, causes = said.rpartition("\nerror: ")
    if _RETURNED in causes:
        return ProjectError(f"the build backend failed: {last_words(backend)}", at=_HERE, hint=_advice(backend))
    if re.search(r"TOML parse error|Invalid `pyproject.toml`|Failed to parse", causes):
        reason = [line.strip() for line in causes.splitlines() if line.strip()]
        return ProjectError(f"cannot be built: {reason[-1][:300]}", at=_HERE)
    return failure(failed)


def last_words(backend: str) -> str:
    """The exception's line, where the backend is one that raised; else the last lines that it wrote."""
    lines = [line.rstrip() for line in backend.splitlines() if line.strip()]
    raised = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Exit|Failed|Failure)\w*(:|$)", line)]
    return " / ".join(line.strip() for line in (raised[-1:] or lines[-3:])).rstrip(".")[:600] or "it did not say why"


def _advice(said: str) -> str:
    if re.search(r"(?i)setuptools[-_]scm|vcs_versioning|hatch[-_]vcs|PRETEND_VERSION|not a git repository|scm", said):
        return "the copy that is built has no .git, and its version could not be told in another way: write it into pyproject.toml"
    return "`uv build --wheel` in the project shows all that the backend says"
