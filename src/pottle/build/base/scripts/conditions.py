"""What the conditions of a script say on a first installation: test(1), versions, programs, who is there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pottle.build.base.scripts.expansion import UNKNOWN


@dataclass(frozen=True, slots=True)
class Scene:
    """What a script finds."""

    package: str
    architecture: str = "amd64"
    exists: Callable[[str], bool] = lambda _: False
    """Whether there is something at an absolute path."""
    is_directory: Callable[[str], bool] = lambda _: False
    is_link: Callable[[str], bool] = lambda _: False
    answers: Mapping[str, str] = field(default_factory=dict)
    """debconf's questions and their default answers: nobody is asked."""


def status(words: Sequence[str], scene: Scene) -> bool | None:
    """Whether a command would succeed, where its words and the scene say so: True, False, or None where it is not known."""
    name = words[0].rpartition("/")[2]
    if name in ("true", ":", "echo", "printf", "set", "umask", "cd", "db_version", "mountpoint"):
        return True
    if name == "false":
        return False
    if name in ("which", "type") or words[:2] == ["command", "-v"]:
        program = words[-1]
        if UNKNOWN in program:
            return None
        return scene.exists(program) if "/" in program else _in_path(program, scene)
    if name == "getent" or words[:2] == ["dpkg-statoverride", "--list"]:
        return False  # nobody is there yet, and no administrator has said anything
    if name == "grep" and words[-1].startswith("/") and UNKNOWN not in words[-1]:
        return None if scene.exists(words[-1]) else False
    if words[:2] == ["dpkg", "--compare-versions"] and len(words) == 5 and words[2] == "":
        # Nothing is older than anything, but to the operators that take it for the newest (dpkg(1)).
        return words[3] in ("lt", "le", "<", "<=", "<<", "ne", "gt-nl", "ge-nl")
    return None


def _in_path(program: str, scene: Scene) -> bool:
    return any(scene.exists(f"/{directory}/{program}") for directory in ("usr/bin", "usr/sbin"))


def tested(words: list[str], scene: Scene) -> bool | None:
    """test(1): `-o` binds less than `-a`, and that less than `!`."""
    for operator, decisive in (("-o", True), ("-a", False)):
        if operator in words[1:]:
            cut = words.index(operator, 1)
            sides = (tested(words[:cut], scene), tested(words[cut + 1 :], scene))
            if decisive in sides:
                return decisive
            return None if None in sides else not decisive
    match words:
        case ["!", *rest]:
            status = tested(rest, scene)
            return None if status is None else not status
        case [word]:
            return None if UNKNOWN in word else word != ""
        case ["-n" | "-z" as operator, word]:
            return None if UNKNOWN in word else (word != "") is (operator == "-n")
        case ["-e" | "-f" | "-x" | "-r" | "-s" | "-d" | "-L" | "-h" as operator, path]:
            return _file(operator, path, scene)
        case [left, "=" | "==" | "!=" as operator, right]:
            if UNKNOWN in left + right or "`" in left + right:
                return None
            return (left == right) is (operator != "!=")
        case _:
            return None


def _file(operator: str, path: str, scene: Scene) -> bool | None:
    if UNKNOWN in path or not path.startswith("/") or set(path) & set("*?`"):
        return None
    match operator:
        case "-d":
            return scene.is_directory(path)
        case "-L" | "-h":
            return scene.is_link(path)
        case "-f" | "-x" | "-s" if scene.is_directory(path):
            return operator == "-x"
        case _:
            return scene.exists(path)
