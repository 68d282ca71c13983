"""Django's messages: whether they are compiled while the image is built, and why."""

from collections.abc import Iterator

from pottle.config.options import Options
from pottle.plan.bases import Base
from pottle.plan.model import Reason
from pottle.project.facts import Facts, Messages


def translated(facts: Facts, options: Options, base: Base) -> Messages | None:
    """Those that are to be compiled."""
    return None if _left(facts, options, base) is not None else facts.messages


def reasons(facts: Facts, options: Options, base: Base) -> Iterator[Reason]:
    """Why they are, or why not."""
    if facts.messages is None:
        return
    left, at = _left(facts, options, base), facts.messages.at
    if left is None:
        because = "there is a .po without a .mo: msgfmt runs in the image, and stays out of it"
        yield Reason(
            decision="compilemessages", value=" ".join(facts.messages.directories), because=because, at=str(at)
        )
    elif not options.compilemessages:
        origin = options.origins.get("compilemessages")
        yield Reason(decision="compilemessages", value="no", because=left, at=str(origin) if origin else None)


def warnings(facts: Facts, options: Options, base: Base) -> Iterator[str]:
    """Of messages that nobody will see."""
    left = _left(facts, options, base)
    if left is not None and facts.messages is not None and options.compilemessages:
        yield f"{facts.messages.at}: it is not compiled, since {left}: have the .mo files there before the build"


def _left(facts: Facts, options: Options, base: Base) -> str | None:
    """Why nothing is compiled; None: it is, or there is nothing."""
    if not options.compilemessages:
        return "it is configured"
    if base.reference is not None:
        return "gettext is not put on a base image"
    return "the project's wheel is built without" if facts.packaging is not None else None
