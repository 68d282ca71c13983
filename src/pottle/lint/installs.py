"""Which calls of package managers install a project's dependencies."""

import re

from pottle.lint.invocations import Invocation

_ACTIONS = {
    ("pip", "install"), ("uv", "sync"), ("uv", "pip", "install"), ("uv", "pip", "sync"), ("poetry", "install"),
    ("poetry", "sync"), ("pdm", "install"), ("pdm", "sync"), ("pipenv", "install"), ("pipenv", "sync"),
}  # fmt: skip
_TOOLS = frozenset(
    {"pip", "setuptools", "wheel", "uv", "poetry", "poetry-core", "poetry-plugin-export", "pdm", "pipenv", "build", "hatch",
     "hatchling", "virtualenv", "pip-tools", "rye", "pipx", "setuptools-scm"}
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def installs(found: Invocation) -> bool:
    """Whether it installs from an index."""
    nothing = found.option("--no-index", "--help", "--dry-run", "--offline") is not None
    return (found.tool, *found.action) in _ACTIONS and not nothing and not local(found)


def only_tools(found: Invocation) -> bool:
    """Whether it names nothing but installers and build tools: `pip install uv`."""
    if not found.arguments or found.option("-r", "--requirement", "-e", "--editable"):
        return False
    names = [_NAME.match(word.known) for word in found.arguments]
    return all(name is not None and name[0].lower().replace("_", "-") in _TOOLS for name in names)


def local(found: Invocation) -> bool:
    """Whether nothing is named but wheels that lie there: nothing but their dependencies is downloaded."""
    words = [word.known for word in found.arguments]
    named = all(word.endswith(".whl") or (word.startswith(("/", "./")) and word.endswith("/*")) for word in words)
    return bool(words) and named and not found.option("-r", "--requirement", "-e", "--editable", "-c", "--constraint")
