"""The project's own Dockerfile as evidence: where the code leaves a question, what its authors start answers it.

It breaks a tie, gives a program the arguments that the code does not show, names a port where the code names none, and stands in for
code that has only scripts to offer. It never overrides a clear answer of the code, nor a `Procfile`, nor the configuration; wherever
it decided, a reason says so.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pottle.plan import commands, programs
from pottle.plan.application import Held
from pottle.plan.model import Reason
from pottle.project import runners
from pottle.project.command_line import parse
from pottle.project.facts import Application, Facts, Process, Recipe

_PLAIN = ("script", "cli")
"""Kinds that say little: any of a project's programs is one of them."""


_FOR_BUILDING = re.compile(
    r".*-dev|gcc.*|g\+\+.*|cpp|make|cmake|build-essential|pkg-config|pkgconf|python3.*|git-core|curl|wget|gnupg2?|lsb-release|locales"
    r"|apt-transport-https|software-properties-common|ca-certificates|tzdata|procps|nano|vim.*|less|netcat.*|tini|dumb-init|sudo|gosu"
    r"|iputils-ping|net-tools|dnsutils|htop|unzip|zip|xz-utils|jq|openssh-client|bash|dash|coreutils|util-linux|supervisor|cron|nginx"
)
"""What Dockerfiles install for building and for people at a prompt, and what the image has already."""


def packages_left(recipe: Recipe | None, planned: Collection[str]) -> Iterator[str]:
    """A warning for what the Dockerfile installs and the image will not have: names differ by suite, so nothing is taken over."""
    found = () if recipe is None else recipe.packages
    left = [fact for fact in found if fact.value not in planned and not _FOR_BUILDING.fullmatch(fact.value)]
    if left:
        names = ", ".join(dict.fromkeys(fact.value for fact in left))
        yield f"{left[0].at}: it installs {names}: name what the program needs under `packages`"


def made_elsewhere(recipe: Recipe | None) -> Iterator[str]:
    """A warning for what the Dockerfile has another language build: nothing here does."""
    found = () if recipe is None else recipe.made_elsewhere
    if found:
        names = ", ".join(dict.fromkeys(fact.value for fact in found))
        hint = 'make it before, and take it in where git ignores it: `exclude = ["!DIRECTORY"]`'
        yield f"{found[0].at}: {names} is made by another image: {hint}"


_TOOLS = frozenset(
    {
        "pip", "setuptools", "wheel", "build", "uv", "poetry", "poetry-plugin-export", "poetry-core", "pipenv", "pdm", "hatch",
        "hatchling", "virtualenv", "pip-tools", "rye", "cython", "ninja", "cmake", "meson", "debugpy", "supervisor", "awscli",
    }
)  # fmt: skip
"""Distributions that Dockerfiles install for building, and what goes into no image."""


def distributions_left(recipe: Recipe | None, held: Collection[str]) -> Iterator[str]:
    """A warning for the distributions that the Dockerfile names to pip and the environment does not hold."""
    found = () if recipe is None else recipe.installs
    left = [each for each in found if each.name not in held and each.name not in _TOOLS]
    if left:
        names = ", ".join(dict.fromkeys(each.name for each in left))
        yield f"{left[0].at}: it installs {names} besides: list what the program needs of them as dependencies"


@dataclass(frozen=True, slots=True)
class Answer:
    """An application as the Dockerfile completes it."""

    application: Application
    reasons: tuple[Reason, ...] = ()


class Evidence:
    """What a Dockerfile says of a project's applications."""

    def __init__(self, facts: Facts, held: Held) -> None:
        self._applications, self._held = facts.applications, held
        self._own = facts.programs
        self.recipe: Recipe | None = facts.recipe
        command = facts.recipe.command if facts.recipe is not None else None
        line = parse(command, {"PORT": "{port}"}) if command is not None else None
        self._words = runners.bare(line.words) if line is not None else ()
        self._plain = line is not None and line.shell is None
        self.named = commands.named(self._words, self._applications) if self._words else None
        """The application that it starts."""

    @property
    def instead(self) -> Process | None:
        """What it starts, where the code has nothing but scripts and none of them is that."""
        recipe = self.recipe
        if recipe is None or recipe.command is None or not self._plain or self.named is not None or self._clear:
            return None
        if self._words[0].startswith("/") or programs.missing(self._words, self._held, self._own) is not None:
            return None
        known = programs.known(self._words)
        listens = recipe.port is not None or (known is not None and known.kind.startswith("web"))
        name = "web" if listens else known.kind if known is not None else "main"
        return Process(name, recipe.command, recipe.at, recipe.port, because="the Dockerfile starts it")

    def among(self, best: Sequence[Application]) -> Answer | None:
        """The one of several that fit equally well."""
        recipe, named = self.recipe, self.named
        if recipe is None or named is None or named.target not in {app.target for app in best}:
            return None
        because = "of several that fit, it is the one that the Dockerfile starts"
        return Answer(named, (Reason(decision="application", value=named.target, because=because, at=str(recipe.at)),))

    def preferred(self) -> Answer | None:
        """The script that it starts, where the code has only scripts."""
        if self.named is None or self.recipe is None or self._clear or self.named is self._applications[0]:
            return None
        because = "it is the one that the Dockerfile starts"
        reason = Reason(decision="application", value=self.named.target, because=because, at=str(self.recipe.at))
        return Answer(self.named, (reason,))

    def other_than(self, app: Application) -> Answer | None:
        """What it starts, where that is another application than one that nothing here serves."""
        if self.named is None or self.recipe is None or self.named.target == app.target:
            return None
        because = f"nothing serves {app.target}, and the Dockerfile starts this"
        reason = Reason(decision="application", value=self.named.target, because=because, at=str(self.recipe.at))
        return Answer(self.named, (reason,))

    def completed(self, app: Application, wanted: int | None) -> Answer:
        """The application with the arguments that the Dockerfile names, and the port unless another is `wanted`."""
        recipe = self.recipe
        if recipe is None:
            return Answer(app)
        reasons: list[Reason] = []
        same = self.named is not None and self.named.target == app.target
        words = self._arguments(app) if same and self._plain and not app.arguments else ()
        # `CMD ["--zone", "${ZONE}"]` has no shell to put anything there.
        if words and not any("$" in word for word in words):
            app = replace(app, arguments=words)
            because = "the Dockerfile starts it so"
            reasons.append(Reason(decision="arguments", value=" ".join(words), because=because, at=str(recipe.at)))
        literal = commands.port(recipe.command) if same and app.arguments and recipe.command is not None else None
        port = literal or (recipe.port.value if recipe.port is not None else None)
        if wanted is None and port is not None and app.port is None and self._listens(app, same=same):
            kind = "web-own-server" if app.kind in _PLAIN else app.kind
            at = recipe.port.at if literal is None and recipe.port is not None else recipe.at
            app = replace(app, port=port, kind=kind)
            reasons.append(Reason(decision="port", value=str(port), because="the Dockerfile names it", at=str(at)))
        return Answer(app, tuple(reasons))

    @property
    def _clear(self) -> bool:
        """The code's own answer is one: more than a script, not for its developers alone, and no worker where this serves the web."""
        if not self._applications:
            return False
        first, known = self._applications[0], programs.known(self._words) if self._words else None
        beside = first.kind == "worker" and known is not None and known.kind.startswith("web")
        return (first.kind not in _PLAIN or first.framework is not None) and first.loopback is None and not beside

    def _arguments(self, app: Application) -> tuple[str, ...]:
        """What follows the application in the command."""
        words = self._words
        if app.script is not None and words[0] == app.script:
            return words[1:]
        if found := runners.module(words):
            return found[1] if app.kind in (*_PLAIN, "web-own-server", "ui", "bot") else ()
        path = runners.script(words)
        return words[words.index(path) + 1 :] if path is not None else ()

    def _listens(self, app: Application, *, same: bool) -> bool:
        """Whether a port that the Dockerfile exposes is the application's."""
        if app.kind in _PLAIN:
            return same and app.framework is None
        return app.kind in ("web-asgi", "web-wsgi", "web-own-server", "ui")
