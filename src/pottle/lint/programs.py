"""Whether an image has a program: by what it stands on, and by what its instructions install and copy."""

import posixpath
import re

from pottle.dockerfile.stages import Stage, Step
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.images import ImageName
from pottle.lint.invocations import invocation
from pottle.lint.knowledge.programs import PROGRAMS, Inventory, Program

_PLACES = frozenset({"", "/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin", "/usr/local/sbin"})
WHOLE = ("/", "/usr", "/usr/local", "/bin", "/usr/bin", "/usr/local/bin", "/opt")
_INSTALL_ANYTHING = frozenset(
    {
        "xargs",
        "make",
        "dpkg",
        "ansible-playbook",
        "install_packages",
        "apt-install",
        "nix",
        "nix-env",
        "brew",
        "find",
        "gdebi",
        "clean-install",
    }
)
_SAYS_SO = ("--with-deps", "install-deps")
"""playwright installs Debian packages of its own choice."""
_VERSIONED = re.compile(r"[=~<>/:].*")


def inventory(base: ImageName | None) -> Inventory | None:
    """What kind of image it is; None where that is not known."""
    if base is None or base.family is None:
        return None
    if base.family == "alpine":
        return "alpine"
    if base.official == "ubuntu":
        return "ubuntu"
    if base.official == "debian" or "slim" in (base.tag or ""):
        return "slim"
    return "full" if base.official == "python" else None


def lacks(build: Build, stage: Stage, name: str) -> bool:
    """Whether an image of `stage` surely does not have a program."""
    program, kind = PROGRAMS.get(name), inventory(build.base(stage))
    if program is None or kind is None or kind in program.there:
        return False
    return not any(_may_bring(build, step, name, program) for step in stage.all_steps)


def _may_bring(build: Build, step: Step, name: str, program: Program) -> bool:
    instruction = step.instruction
    if instruction.name == "RUN":
        script = build.script(step)
        if script.error is not None or not script.found:
            return True
        return any(_may_install(command, name, program) for command in script.found)
    copy = build.copy(step)
    if copy is None:
        return False
    words = [word.text for word in copy.words]
    target = copy.target
    return (
        None in words
        or target is None
        or any(posixpath.basename(word or "") == name for word in words)
        or ((copy.origin is not None or instruction.name == "ADD") and target in WHOLE)
        or any("bin/" in (word or "") or (word or "").endswith("/bin") for word in words[:-1])
    )


def _may_install(command: Command, name: str, program: Program) -> bool:
    if command.program == name and not command.tolerated:
        return True
    path = command.path
    if path is None or posixpath.dirname(path) not in _PLACES or path.endswith(".sh"):
        return True
    if command.program in _INSTALL_ANYTHING or (command.program in ("sh", "bash") and len(command.words) > 1):
        return True
    if command.reads is not None and command.program in ("sh", "bash", "python", "python3", "dash"):
        return True
    found = invocation(command)
    if found is None:
        return any(word in _SAYS_SO for word in command.argv)
    if found.tool == "conda":
        return True
    if found.tool not in ("apt", "apk", "dnf") or found.action[:1] not in (("install",), ("add",), ("build-dep",)):
        return any(word in _SAYS_SO for word in command.argv)
    if found.action == ("build-dep",) or any(word.text is None for word in found.arguments):
        return True
    names = {_VERSIONED.sub("", word.known) for word in found.arguments}
    return bool(names & (program.packages | program.brought_by)) or any(
        "postgresql" in each and "pg" in name for each in names
    )
