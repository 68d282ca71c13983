"""`COPY .` takes secrets along that lie in the directory.

Whatever `.dockerignore` does not leave out gets into the image: the `.env` of whoever builds, a private key, the file that a compose file
mounts as a secret. It is there for everybody who can pull the image, also where a later instruction removes it.

Source: https://docs.docker.com/build/concepts/context/#dockerignore-files.

Files whose name and content say that they are private, and those under `secrets:` of the compose file beside the Dockerfile. Quiet for
samples and tests' files, and where what is copied does not reach the image.

Bad:

```dockerfile
FROM python:3.13-slim
COPY . .
```

```
# .env
API_KEY=sk-93jfk20dkfjw
```

```
# main.py
```

Good:

```dockerfile
FROM python:3.13-slim
COPY . .
```

```dockerignore
**/.env
```

```
# .env
API_KEY=sk-93jfk20dkfjw
```

```
# main.py
```
"""

import posixpath
from collections.abc import Iterator

from pottle.errors import PottleError
from pottle.lint.build import Build, Copy
from pottle.lint.edits import lines_at_end
from pottle.lint.project import Project
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.lint.secrets import holds_secret
from pottle.lint.services import NAMES

_SHOWN = 3
_LARGEST_NAME = 200


def check(build: Build) -> Iterator[Finding]:
    """Every directory that is copied from the context, and gets into the image."""
    project = build.project
    if project is None:
        return
    for copy in build.copies:
        if copy.origin is not None or copy.inline or not _reaches(build, copy):
            continue
        for word in copy.sources:
            found = _below(project, word.text) if word.text is not None else []
            if found:
                yield Finding(
                    word.span,
                    f"{_listed(found)} {'get' if len(found) > 1 else 'gets'} into the image, for everybody who can pull it",
                    _fix(project, found),
                )


def _below(project: Project, text: str) -> list[str]:
    """The private files in a directory that is copied."""
    directory = posixpath.normpath(text).lstrip("/")
    if "://" in text or any(c in text for c in "*?[") or directory in project.files:
        return []
    prefix = "" if directory in ("", ".") else f"{directory}/"
    below = [path for path in project.files if path.startswith(prefix)]
    told = _told_by_compose(project)
    return [path for path in below if (path in told or holds_secret(project, path)) and project.sent(path)]


def _told_by_compose(project: Project) -> frozenset[str]:
    """The files below `secrets:` of the compose file in the context."""
    from pottle.lint.yaml_file import InvalidYaml, Mapping, Scalar, read

    found = set[str]()
    for name in NAMES:
        try:
            text = project.tree.read(name)
            root = read(text) if text is not None and "secrets:" in text else None
        except (PottleError, InvalidYaml):
            continue
        secrets = root.get("secrets") if isinstance(root, Mapping) else None
        for _, value in secrets.pairs if isinstance(secrets, Mapping) else ():
            file = value.get("file") if isinstance(value, Mapping) else None
            if isinstance(file, Scalar) and len(file.value) < _LARGEST_NAME:
                found.add(posixpath.normpath(file.value))
    return frozenset(found)


def _reaches(build: Build, copy: Copy) -> bool:
    """Whether what is copied is in a layer of the image: there, or copied on from there."""
    if build.in_image(copy.step):
        return True
    target = copy.target
    for other in build.copies:
        stage = build.stages.named(other.origin) if other.origin is not None else None
        if stage is None or target is None or not build.in_image(other.step):
            continue
        if copy.step.stage not in [each.index for each in stage.chain]:
            continue
        if any(
            f"{target}/".startswith(f"/{(word.text or '-').strip('/')}/".replace("//", "/")) for word in other.sources
        ):
            return True
    return False


def _listed(paths: list[str]) -> str:
    shown = ", ".join(f"`{path}`" for path in paths[:_SHOWN])
    return shown if len(paths) <= _SHOWN else f"{shown} and {len(paths) - _SHOWN} more"


def _fix(project: Project, paths: list[str]) -> Fix | None:
    name = project.ignore_path or ".dockerignore"
    try:
        text = project.tree.read(name) or ""
    except PottleError:
        return None
    edit = lines_at_end(text, *paths)
    # The program may read the file: somebody has to see to it that it gets it in another way.
    return Fix(f"leave out with {name}", (Edit(edit.span, edit.text, project.whole(name)),), safe=False)


RULE = Rule(Build, "error", "security", check)
