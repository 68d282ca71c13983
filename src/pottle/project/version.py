"""The version of a project that has it in version control alone, as the project's own tool would work it out.

In the order of authority: the tool's variable, the checkout, what an sdist or `git archive` has written, the module that the tool
wrote, the configured fallback; with none of them `0.0.0` and a warning, since an application that starts is worth more than its number.
Changes that are not committed count for nothing: a version with a date in it would make every build another image.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pottle.errors import ProjectError
from pottle.project.checkout import Described
from pottle.project.facts import Versioning, VersionTool
from pottle.project.tree import Tree

UNKNOWN = "0.0.0"

_NODE = 7
"""Hex digits of a commit, as git shortens it in a small repository: in a larger one it takes more, with no telling how many."""
_NODE_OF_SCM = 9
"""setuptools-scm's own shortening."""
_TAG = re.compile(r"(?:.*?[-_/])?[vV]?(\d+(?:\.\d+)*[^+/]*)(?:\+.*)?")
_WRITTEN = re.compile(r"""^(?:__version__|version)\b[^=\n]*=\s*(?:version\s*=\s*)?["']([^"']+)["']""", re.MULTILINE)
_DESCRIBED = re.compile(r"(.+)-(\d+)-g([0-9a-f]{7,})")
_SCM_VARIABLES = ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{name}", "SETUPTOOLS_SCM_PRETEND_VERSION")
"""hatch-vcs, and setuptools-scm before 8, do not know whom they build: the general one is for them."""
_VARIABLES: Mapping[VersionTool, tuple[str, ...]] = {
    "setuptools-scm": _SCM_VARIABLES,
    "hatch-vcs": _SCM_VARIABLES,
    "pdm-backend": ("PDM_BUILD_SCM_VERSION",),
    "poetry-dynamic-versioning": ("POETRY_DYNAMIC_VERSIONING_BYPASS",),
    "uv-dynamic-versioning": ("UV_DYNAMIC_VERSIONING_BYPASS",),
    "pbr": ("PBR_VERSION",),
}
"""What a tool is told a version by; the others read `PKG-INFO`, as of an sdist."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A version, and what its reader should know of it."""

    version: str
    """PEP 440."""
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Pretence:
    """What a build backend is shown in place of version control."""

    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables, sorted."""
    pkg_info: str | None = None
    """The content of `PKG-INFO` beside `pyproject.toml`."""
    repository: bool = False
    """Whether it asks git which files there are: a repository of all of them, with one commit, answers."""


NOTHING = Pretence()
"""For a project whose files say its version."""


def pretence(tool: VersionTool, name: NormalizedName | str, version: str) -> Pretence:
    """How the tool is told the version of the distribution `name`."""
    owner = name.upper().replace("-", "_")
    variables = {variable.format(name=owner): version for variable in _VARIABLES.get(tool, ())}
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    asks = tool in ("setuptools-scm", "pbr", "setuptools-git-versioning")
    return Pretence(tuple(sorted(variables.items())), None if variables else metadata, asks)


def given(environ: Mapping[str, str]) -> Pretence:
    """What the caller says of versions themselves: for a tool that nothing in the project's files shows."""
    names = {variable.partition("{")[0] for variables in _VARIABLES.values() for variable in variables}
    said = {name: value for name, value in environ.items() if name.startswith(tuple(names)) and value}
    return Pretence(tuple(sorted(said.items())))


def derive(
    versioning: Versioning, name: str, tree: Tree, described: Described | None, environ: Mapping[str, str]
) -> Derived:
    """The version, from the first that knows it. Raises `ProjectError` for a variable that is no version."""
    return (
        _said(versioning, name, environ)
        or (described and _of_checkout(versioning, described))
        or _of_archive(versioning, tree)
        or _of_fallback(versioning)
        or Derived(UNKNOWN, _unknown(versioning))
    )


def _unknown(versioning: Versioning) -> str:
    variables = _VARIABLES.get(versioning.tool, ())
    way_out = f", unless {variables[-1]} says another" if variables else ""
    return f"the version is in version control, which is not here: {UNKNOWN} is taken{way_out}"


def _said(versioning: Versioning, name: str, environ: Mapping[str, str]) -> Derived | None:
    owner = name.upper().replace("-", "_")
    for variable in (each.format(name=owner) for each in _VARIABLES.get(versioning.tool, ())):
        if text := environ.get(variable):
            if (version := _normal(text)) is None:
                raise ProjectError(f"{variable} is {text!r}, which is no version", at=versioning.at, hint="see PEP 440")
            return Derived(version)
    return None


def _of_checkout(versioning: Versioning, described: Described) -> Derived:
    tag = tagged(described.tag) if described.tag else None
    if tag is None and versioning.fallback and (version := _normal(versioning.fallback)):
        return Derived(version, _shallow(described))
    version = number(versioning, tag, described.distance, described.node)
    return Derived(version, _shallow(described) if tag is None else None)


def _shallow(described: Described) -> str | None:
    if not described.shallow:
        return None
    return "the checkout is shallow, so that the version's tag may be missing: fetch it with its tags"


def _of_archive(versioning: Versioning, tree: Tree) -> Derived | None:
    """What was written when the sources left version control."""
    if (match := re.search(r"^Version:\s*(\S+)", _read(tree, "PKG-INFO"), re.MULTILINE)) and (
        found := _normal(match[1])
    ):
        return Derived(found)
    if found := _of_git_archive(versioning, _read(tree, ".git_archival.txt")):
        return Derived(found)
    if versioning.file and (match := _WRITTEN.search(_read(tree, versioning.file))) and (found := _normal(match[1])):
        return Derived(found)
    return None


def _of_git_archive(versioning: Versioning, text: str) -> str | None:
    """`describe-name: v1.2-3-gabc`, `ref-names: HEAD -> main, tag: v1.2`: what `git archive` puts in place of `$Format…$`."""
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line and "$Format" not in line)
    described = fields.get("describe-name", "")
    if match := _DESCRIBED.fullmatch(described):
        return number(versioning, tagged(match[1]), int(match[2]), match[3])
    for tag in (described, *re.findall(r"tag: ([^,]+)", fields.get("ref-names", ""))):
        if found := tagged(tag):
            return str(found)
    return None


def _of_fallback(versioning: Versioning) -> Derived | None:
    found = _normal(versioning.fallback) if versioning.fallback else None
    return Derived(found) if found else None


def _read(tree: Tree, path: str) -> str:
    try:
        return tree.read(path) or ""
    except ProjectError:
        return ""  # not text: nothing that a tool would have written


# --- numbers --------------------------------------------------------------------------------------


def tagged(tag: str) -> Version | None:
    """The version that a tag names: `v1.2.3`, `shop-1.2.3`, `release/1.2`."""
    match = _TAG.fullmatch(tag.strip())
    try:
        return Version(match[1]) if match else None
    except InvalidVersion:
        return None


def number(versioning: Versioning, tag: Version | None, distance: int, node: str) -> str:
    """The version `distance` commits after `tag`: a tag itself is its own, what follows is said as the tool says it."""
    if tag is not None and distance == 0:
        return str(tag)
    first = Version("0.0.0" if versioning.scheme in ("dunamai", "bump", "guess-next-patch") else "0.0")
    return _normal(_after(versioning, tag or first, distance) + _commit(versioning, node)) or UNKNOWN


def _after(versioning: Versioning, tag: Version, distance: int) -> str:
    match versioning.scheme:
        case "guess-next-dev":
            return f"{_next(tag)}.dev{distance}"
        case "bump":
            return f"{_next(Version(tag.base_version))}.dev{distance}"
        case "guess-next-patch":
            return f"{tag.major}.{tag.minor}.{tag.micro + 1}.dev{distance}"
        case "guess-next-minor":
            return f"{tag.major}.{tag.minor + 1}.0.dev{distance}"
        case "no-guess-dev":
            return f"{tag.public}.post1.dev{distance}"
        case "post":
            return f"{tag.public}.post{distance}"
        case "dunamai":
            return f"{tag.public}.post{distance}.dev0"
        case "only-version":
            return tag.public


def _next(tag: Version) -> str:
    """Its last number and one more; a development release leads to what it develops."""
    public = tag.public
    if tag.dev is not None:
        return public.partition(".dev")[0]
    return re.sub(r"\d+$", lambda last: str(int(last[0]) + 1), public)


def _commit(versioning: Versioning, node: str) -> str:
    """The local part: the commit, in the spelling of the tool."""
    if not versioning.local or versioning.scheme == "only-version" or not node:
        return ""
    short = node[:_NODE]
    match versioning.tool:
        case "setuptools-scm" | "hatch-vcs":
            return f"+g{node[:_NODE_OF_SCM]}"
        case "poetry-dynamic-versioning" | "uv-dynamic-versioning":
            return f"+{short}"
        case "setuptools-git-versioning":
            return f"+git.{node[:8]}"
        case _:
            return f"+g{short}"


def _normal(text: str) -> str | None:
    try:
        return str(Version(text))
    except InvalidVersion:
        return None
