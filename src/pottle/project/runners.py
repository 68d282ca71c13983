"""What stands before the program in a command: package managers that prepare an environment, inits, and what serves developers only.

The image has its environment, its interpreter and its stop signal already, so that none of these is needed in it.
"""

import posixpath
from collections.abc import Sequence

from pottle.project.tree import Tree

MANAGERS = {"uv": "run", "poetry": "run", "pdm": "run", "pipenv": "run", "rye": "run", "hatch": "run", "pixi": "run"}
_WITH_VALUE = frozenset(
    {
        "--extra", "--group", "--no-group", "--only-group", "--env-file", "--with", "--with-editable", "--with-requirements", "-p",
        "--python", "--package", "--project", "--directory", "--config-file", "--index", "--index-url", "-P", "-C", "-e", "-n",
    }
)  # fmt: skip
_INITS = ("dumb-init", "tini", "catatonit")
_INIT_WITH_VALUE = ("-e", "-p", "-r", "--rewrite")
_PYTHONS = ("python", "python3")
_WATCHERS = ("watchmedo", "watchfiles", "hupper", "nodemon", "jurigged")
_DEVELOPMENT = (
    (("fastapi", "dev"), "`fastapi dev` is for development"),
    (("manage.py", "runserver"), "`runserver` is Django's server for development"),
    (("django-admin", "runserver"), "`runserver` is Django's server for development"),
    (("flask", "run"), "`flask run` is a server for development"),
    (("quart", "run"), "`quart run` is a server for development"),
    (("litestar", "run"), "`litestar run` is a server for development"),
)


def bare(words: Sequence[str]) -> tuple[str, ...]:
    """The program and its arguments, as the image has them: no manager, no init, Python by its name."""
    rest = tuple(words)
    while rest:
        name = posixpath.basename(rest[0])
        if name in _INITS:
            rest = _behind_options(rest[1:], _INIT_WITH_VALUE)
        elif name in MANAGERS and rest[1:2] == (MANAGERS[name],):
            rest = _managed(rest[2:])
        else:
            break
    if not rest:
        return ()
    if posixpath.basename(rest[0]) in _PYTHONS or _is_python(posixpath.basename(rest[0])):
        return ("python", *rest[1:])
    if rest[0].endswith(".py"):
        return ("python", rest[0].removeprefix("./"), *rest[1:])
    # `/app/.venv/bin/gunicorn` and the like: a program of an environment, which lies elsewhere here.
    return (posixpath.basename(rest[0]), *rest[1:]) if "bin/" in rest[0] else rest


def development(words: Sequence[str]) -> str | None:
    """Why a command is none for production, as a clause; None for any other."""
    names = [posixpath.basename(word) for word in bare(words)]
    if "--reload" in names:
        return "`--reload` is for development"
    if names and names[0] in _WATCHERS:
        return f"`{names[0]}` is for development"
    for wanted, why in _DEVELOPMENT:
        if all(word in names[:4] for word in wanted):
            return why
    return None


def missing(words: Sequence[str], tree: Tree) -> str | None:
    """The file of the project that a plain command is to run, where it is not there."""
    program = bare(words)
    path = script(program)
    if path is None and program and program[0].startswith("./"):
        path = program[0]
    if path is None or path.startswith(("/", "$")):
        return None
    return None if tree.exists(posixpath.normpath(path)) else path


def script(program: Sequence[str]) -> str | None:
    """The file that Python or a shell is to run: `python -u bot.py`, `sh start.sh`; None where it is a module, or code."""
    if not program or program[0] not in (*_PYTHONS, "sh", "bash", "dash", "/bin/sh", "/bin/bash"):
        return None
    for word in program[1:]:
        if word in ("-m", "-c"):
            return None
        if not word.startswith("-"):
            return word
    return None


def module(program: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """The module that `python -m` runs, and its arguments."""
    if not program or program[0] not in _PYTHONS or "-m" not in program:
        return None
    number = program.index("-m")
    behind = tuple(program[number + 1 :])
    options = all(word.startswith("-") for word in program[1:number])
    return (behind[0], behind[1:]) if behind and options else None


def _is_python(name: str) -> bool:
    return name.startswith("python3.") and name[8:].isdigit()


def _managed(words: tuple[str, ...]) -> tuple[str, ...]:
    """What follows `uv run`: its options are no part of the command; `-m` and files are run by Python."""
    rest = words
    while rest and rest[0].startswith("-"):
        if rest[0] == "--":
            return rest[1:]
        if rest[0] in ("-m", "--module"):
            return ("python", "-m", *rest[1:])
        if rest[0] in ("-s", "--script", "--gui-script"):
            return ("python", *rest[1:])
        rest = rest[2:] if rest[0] in _WITH_VALUE else rest[1:]
    return rest


def _behind_options(words: tuple[str, ...], with_value: Sequence[str]) -> tuple[str, ...]:
    rest = words
    while rest and rest[0].startswith("-"):
        if rest[0] == "--":
            return rest[1:]
        rest = rest[2:] if rest[0] in with_value else rest[1:]
    return rest
