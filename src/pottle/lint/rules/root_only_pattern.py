"""The pattern leaves out what lies in the context's root alone.

`.dockerignore` is no `.gitignore`: a pattern without `**/` is anchored to the root. `__pycache__`, `*.pyc` and `.env` keep nothing out of
the image that lies in a directory below: not `src/__pycache__`, and not `backend/.env` with its passwords.

Source: https://docs.docker.com/build/concepts/context/#dockerignore-files; tried with moby/patternmatcher.

Quiet where nothing below the root would match: no directory holds Python code, no other file has such a name; for `/.env`, which says that the
root is meant; and for files with such a name that hold no secret by their name or place (`.env.example`, `tests/fixtures/ca.pem`).

Bad:

```dockerignore
.env
```

```
# backend/.env
PASSWORD=secret
```

Good:

```dockerignore
**/.env
```

```
# backend/.env
PASSWORD=secret
```
"""

import fnmatch
from collections.abc import Iterator

from pottle.lint.ignore_file import IgnoreFile, Line
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.lint.secrets import is_sample

_BYTECODE = ("__pycache__", "*.pyc", "*.pyo", "*.py[cod]", "*.py[co]")
_EVERYWHERE = (
    *_BYTECODE, ".env", ".env.*", "*.env", ".venv", "venv", "node_modules", ".DS_Store", "*.egg-info", ".pytest_cache",
    ".mypy_cache", ".ruff_cache", ".coverage", ".ipynb_checkpoints", "*.pem", "*.key", ".pypirc", ".netrc",
)  # fmt: skip
"""What nobody wants in any directory."""
_SECRET = (".env", ".env.*", "*.env", "*.pem", "*.key", ".pypirc", ".netrc")
_DIRECTORIES = (".venv", "venv", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints")


def check(file: IgnoreFile) -> Iterator[Finding]:
    """Every pattern of such a name, where a directory below holds something that it means; of those for bytecode the first."""
    bytecode = False
    for line in file.lines:
        text = line.text.rstrip("/").removeprefix("./")
        if line.takes_back or text not in _EVERYWHERE or (bytecode and text in _BYTECODE):
            continue
        missed = _missed(file, text)
        if missed is not None:
            bytecode = bytecode or text in _BYTECODE
            yield Finding(
                line.span,
                f"`{line.text}` is matched in the root alone: it does not leave out `{missed}`",
                _fix(line, text),
                severity="error" if text in _SECRET else None,
            )


def _fix(line: Line, text: str) -> Fix:
    """Safe for what tools make anew; whoever starts with a file of settings below the root has to see that it goes."""
    written = f"**/{text}" + "/" * line.text.endswith("/")
    return Fix(f"write `{written}`", (Edit(line.span, written),), safe=text not in _SECRET)


def _missed(file: IgnoreFile, text: str) -> str | None:
    """A path below the root that is sent though it is meant: where bytecode is, its source stands beside it."""
    project = file.project
    below = [path for path in project.files if "/" in path and project.sent(path)]
    if text in _BYTECODE:
        source = next((path for path in below if path.endswith(".py")), None)
        if source is None:
            return None
        name = f"{source.rpartition('/')[0]}/__pycache__"
        return name if project.sent(f"{name}/x.cpython-313.pyc") else None
    if text in _DIRECTORIES:
        directories = sorted({path.rpartition("/")[0] for path in below})
        found = (f"{each}/{text}" for each in directories if project.has(f"{each}/{text}"))
        return next((each for each in found if project.sent(each)), None)
    named = (path for path in below if fnmatch.fnmatchcase(path.rpartition("/")[2], text))
    return next((path for path in named if text not in _SECRET or not is_sample(path)), None)


RULE = Rule(IgnoreFile, "warning", "context", check)
