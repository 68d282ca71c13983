"""`docker-bake.json`: one target for each image, for `docker buildx bake` on one builder or on many.

What differs between machines is a variable: where images go, under which tag, and the registry that keeps the cache of all of them.
Bake reads JSON as HCL does: `${…}` is an expression, and a text that is nothing else has its type.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pottle import generated
from pottle.plan.model import ImagePlan
from pottle.render.steps import steps

NAME = "docker-bake.json"
KIND = "bake"

_ABOUT = (
    "`docker buildx bake` builds every image. REGISTRY (`registry.example/team/`) goes before their names; CACHE "
    "(`registry.example/cache`) is where caches are kept."
)
_VARIABLES = {
    "REGISTRY": "",
    "TAG": "latest",
    "CACHE": "",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One image. Paths are relative to the file's directory, where bake is to be called: it takes them from there."""

    plan: ImagePlan
    directory: str
    """The project's, by which targets of one name are told apart."""
    context: str
    dockerfile: str
    """Relative to the context."""
    platforms: tuple[str, ...] = ()
    """Empty: the builder's own."""
    secrets: tuple[str, ...] = ()


def render(targets: Sequence[Target]) -> str:
    """The file."""
    names = _names(targets)
    asked = {"VERSION": ""} if any(map(_is_asked, targets)) else {}
    variables = {**_VARIABLES, **asked, **{_variable(secret): "" for target in targets for secret in target.secrets}}
    document = {
        "//": f"{_ABOUT} {generated.WORD}",
        "variable": {name: {"default": value} for name, value in variables.items()},
        "group": {"default": {"targets": names}},
        "target": {name: _target(name, target) for name, target in zip(names, targets, strict=True)},
    }
    return generated.marked(json.dumps(document, indent=2, ensure_ascii=False) + "\n", KIND)


def _names(targets: Sequence[Target]) -> list[str]:
    count = Counter(target.plan.name for target in targets)
    return [
        target.plan.name if count[target.plan.name] == 1 else target.directory.strip("./").replace("/", "-") or "root"
        for target in targets
    ]


def _target(name: str, target: Target) -> dict[str, object]:
    given = {
        "context": target.context,
        "dockerfile": target.dockerfile,
        "args": {"VERSION": "${VERSION}"} if _is_asked(target) else {},
        "tags": [f"${{REGISTRY}}{name}:${{TAG}}"],
        "platforms": list(target.platforms),
        "annotations": [_literal(f"{key}={value}") for key, value in target.plan.annotations],
        "secret": _secrets(target.secrets),
        "cache-from": _if_set("CACHE", f"type=registry,ref=${{CACHE}}/{name}"),
        "cache-to": _if_set("CACHE", f"type=registry,ref=${{CACHE}}/{name},mode=max"),
    }
    return {key: value for key, value in given.items() if value}


def _is_asked(target: Target) -> bool:
    """Whether its Dockerfile wants to be told the version."""
    own = steps(target.plan).own
    return own is not None and own.version_tool is not None


def _literal(text: str) -> str:
    """A text in which nothing is an expression."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _secrets(secrets: Sequence[str]) -> str:
    """Those whose variable names a file: one expression for all of them."""
    lists = [_expression(_variable(secret), f"id={secret},src=${{{_variable(secret)}}}") for secret in secrets]
    return f"${{concat({', '.join(lists)})}}" if lists else ""


def _variable(secret: str) -> str:
    return {"ca": "CA_BUNDLE", "netrc": "NETRC"}[secret]


def _if_set(variable: str, item: str) -> str:
    """A list of `item`, empty where the variable is."""
    return f"${{{_expression(variable, item)}}}"


def _expression(variable: str, item: str) -> str:
    return f'equal("", {variable}) ? [] : ["{item}"]'
