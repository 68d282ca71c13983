"""Which file of the build context lies at a place of the image, as far as COPY and ADD say it."""

import fnmatch
import posixpath

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build, Copy

_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_DEEPEST = 10


def context_file(build: Build, stage: Stage, name: str) -> str | None:
    """The file that a program of `stage` is: `./start.sh`, `/app/start.sh`, or a name that is looked for on the path."""
    if "/" not in name:
        found = [
            file for directory in _PATH if (file := _at(build, stage, posixpath.join(directory, name))) is not None
        ]
        return found[0] if found else None
    if stage.after.directory is None and not name.startswith("/"):
        return None
    return _at(build, stage, posixpath.normpath(posixpath.join(stage.after.directory or "/", name)))


def _at(build: Build, stage: Stage, path: str, depth: int = 0) -> str | None:
    """What the last copy has put at an absolute path."""
    for step in reversed(stage.all_steps):
        copy = build.copy(step)
        if copy is None or copy.inline or copy.target is None or depth > _DEEPEST:
            continue
        for source in copy.sources:
            inside = _inside(build, copy, source.text, path)
            if inside is None:
                continue
            if copy.origin is None:
                return inside
            other = build.stages.named(copy.origin)
            return _at(build, other, posixpath.join("/", inside), depth + 1) if other is not None else None
    return None


def _inside(build: Build, copy: Copy, source: str | None, path: str) -> str | None:
    """The file below a source of a copy that arrives at `path`; relative to the context, or in the other stage."""
    target = copy.target
    if source is None or target is None or "://" in source:
        return None
    normal = posixpath.normpath(source).lstrip("/")
    if copy.origin is None:
        files = build.project.files if build.project is not None else ()
        named = (
            fnmatch.filter(files, normal) if any(c in normal for c in "*?[") else [normal] if normal in files else []
        )
        for file in named:
            if path in (target, posixpath.join(target, posixpath.basename(file))):
                return file
        if named or not path.startswith(f"{target.rstrip('/')}/"):
            return None
        below = posixpath.normpath(posixpath.join(normal, path[len(target.rstrip("/")) + 1 :]))
        return below if below in files else None
    if path in (target, posixpath.join(target, posixpath.basename(normal))) and "*" not in normal:
        return normal
    return f"{normal}/{path[len(target.rstrip('/')) + 1 :]}" if path.startswith(f"{target.rstrip('/')}/") else None
