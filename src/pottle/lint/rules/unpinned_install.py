"""A distribution is installed in whatever version is the newest.

The same file builds another image tomorrow: with a new major version, or with a release that is broken. What is installed by name
needs its version beside it, or a list of constraints.

Source: pip's documentation, "Repeatable Installs".

An info for pip, setuptools and wheel, and where each has an upper bound (`playwright~=1.56.0`, `numpy<3`).

Quiet with constraints (`--constraint`, `PIP_CONSTRAINT`), hashes, `--no-index`, `--exclude-newer`, and for files, directories and addresses.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
RUN pip install --no-cache-dir flask gunicorn==23.0.0
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
RUN pip install --no-cache-dir flask==3.1.0 gunicorn==23.0.0
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Word
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Finding, Rule

_NAME = re.compile(r"([A-Za-z0-9][\w.-]*?)(?:\[[\w,. -]*\])?(?:\s*(?:[<>~!]=?|>=)[^;=@]+)?\s*(?:;.*)?")
_ACTIONS = (("install",), ("wheel",), ("download",), ("pip", "install"), ("tool", "install"))
_DECIDED = (
    "-c", "--constraint", "--constraints", "--no-index", "--require-hashes", "--exclude-newer", "--uploaded-prior-to", "--help",
)  # fmt: skip
_VARIABLES = (
    "PIP_CONSTRAINT",
    "UV_CONSTRAINT",
    "PIP_NO_INDEX",
    "UV_NO_INDEX",
    "UV_EXCLUDE_NEWER",
    "PIP_REQUIRE_HASHES",
)
_BOUND = re.compile(r"[<>~!]=?")
_FILE = re.compile(r".*\.(?:whl|tar\.gz|zip|txt|toml|in|cfg|lock)")
_OF_PIP = frozenset({"pip", "setuptools", "wheel"})
_SHOWN = 3


def check(build: Build) -> Iterator[Finding]:
    """Every command that installs something by its name alone."""
    for found in build.invocations("pip", "uv", "conda"):
        if found.tool == "conda":
            words = _of_conda(found)
        elif found.action in _ACTIONS and not found.option(*_DECIDED) and not _decided_elsewhere(found):
            words = [word for word in found.arguments if _is_open(word)]
        else:
            continue
        if words:
            names = ", ".join(f"`{_name(word)}`" for word in words[:_SHOWN])
            more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
            lesser = all(_name(word) in _OF_PIP or _bounded(word) for word in words)
            newest = "newest that it allows" if all(_BOUND.search(word.known) for word in words) else "newest"
            yield Finding(
                words[0].span,
                f"no exact version is given of {names}{more}: every build takes the {newest}",
                severity="info" if lesser else None,
                hint="write `name==version`, or install from a list that has them",
            )


def _decided_elsewhere(found: Invocation) -> bool:
    if found.hides_options:
        return True
    state = {**found.command.step.before.variables, **found.command.environment}
    return any(state.get(name, "") != "" for name in _VARIABLES)


def _is_open(word: Word) -> bool:
    text = word.text
    return text is not None and _NAME.fullmatch(text) is not None and not _FILE.fullmatch(text)


def _bounded(word: Word) -> bool:
    return re.search(r"<|~=", word.known.partition(";")[0]) is not None


def _name(word: Word) -> str:
    found = _NAME.fullmatch(word.known)
    return found[1] if found is not None else word.known


def _of_conda(found: Invocation) -> list[Word]:
    """What is named alone: versions are written `name=version`."""
    if found.action not in (("install",), ("create",)) or found.option("--file", "-f", "--help", "--clone"):
        return []
    return [word for word in found.arguments if word.text is not None and re.fullmatch(r"[A-Za-z][\w.-]*", word.text)]


RULE = Rule(Build, "warning", "reproducibility", check, overlaps=("DL3013",))
