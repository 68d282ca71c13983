"""Calls the hooks of a build backend (PEP 517): a program for the *image's* interpreter in a sandbox, standard library of 3.8 and nothing else.

Arguments: a hook, a backend, the directories of `backend-path`, with `:` between them. The current directory is the source. What the
hook gives is written to `ANSWER` as JSON. Limits are set before a line of the backend is imported, and cannot be raised again: not every
sandbox can set them.
"""

import json
import os
import resource
import sys

OUT = "/build/out"
ANSWER = OUT + "/answer.json"
HOOKS = ("get_requires_for_build_wheel", "build_wheel")

_PROCESSES, _FILE, _OPEN = 2000, 8 << 30, 4096


def main() -> None:
    """Call one hook."""
    hook, backend, places = sys.argv[1:4]
    for kind, most in (
        (resource.RLIMIT_NPROC, _PROCESSES),
        (resource.RLIMIT_FSIZE, _FILE),
        (resource.RLIMIT_NOFILE, _OPEN),
        (resource.RLIMIT_CORE, 0),
    ):
        _limit(kind, most)
    sys.path[0:1] = [os.path.join(os.getcwd(), place) for place in places.split(":") if place]
    answer = _call(hook, backend)
    with open(ANSWER, "w", encoding="utf-8") as file:
        json.dump(answer, file)


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (least, least))


def _call(hook: str, name: str) -> object:
    import importlib

    module, _, attributes = name.partition(":")
    backend = importlib.import_module(module)
    for attribute in filter(None, attributes.split(".")):
        backend = getattr(backend, attribute)
    if hook == "build_wheel":
        return backend.build_wheel(OUT)
    return list(getattr(backend, hook, list)())


if __name__ == "__main__":
    main()
