"""What the scripts of an image's packages come to: what is done in their place, and what is not and should be told."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pottle.build.base.accounts import Account
from pottle.build.base.alternatives import Alternative, offered
from pottle.build.base.directories import directories_above
from pottle.build.base.filters import keeps
from pottle.build.base.scripts import users
from pottle.build.base.scripts.conditions import Scene
from pottle.build.base.scripts.expansion import UNKNOWN
from pottle.build.base.scripts.rehearsal import Command, InvalidScript, rehearse
from pottle.build.base.scripts.verdicts import INSTEAD, VERDICTS, reviewed
from pottle.build.base.usrmerge import merged_path
from pottle.oci.entry import Directory, Entry, File, Symlink

_NOWHERE = ("/dev/", "/var/log/", "/run/", "/var/run/", "/proc/")
"""Where output goes that nobody will miss."""
_SHOWN = 2
_INTERPRETER = re.compile(r"#!\s*(?:\S*/)?(?:env\s+)?([^\s/]+)")
_SHELLS = ("sh", "bash", "dash")


@dataclass(frozen=True, slots=True)
class Scripts:
    """One package's, with what else says what would be done when it is installed."""

    package: str
    architecture: str = "amd64"
    preinst: str = ""
    postinst: str = ""
    templates: str = ""
    """debconf's questions."""
    sysusers: tuple[str, ...] = ()
    """The contents of its `sysusers.d` files."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Of all packages together."""

    alternatives: tuple[Alternative, ...] = ()
    accounts: tuple[Account, ...] = ()
    entries: tuple[Entry, ...] = ()
    """Files, directories and links that scripts would make, sorted."""
    untold: tuple[str, ...] = ()
    """What is not done in a script's place, as sentences without a full stop."""


NOTHING = Effects()


def effects(packages: Iterable[Scripts], entries: Iterable[Entry]) -> Effects:
    """What the scripts of `packages` would do in an image that holds `entries`."""
    image = Image(entries)
    asked = list[users.Asked]()
    alternatives, untold = list[Alternative](), list[str]()
    for scripts in packages:
        try:
            commands = _commands(scripts, image)
        except InvalidScript as error:
            untold.append(f"{scripts.package}: its script cannot be read ({error}): what it would do is not done")
            continue
        alternatives += offered(command.words for command in commands)
        if reviewed(scripts.package):
            continue
        asked += (each for text in scripts.sysusers for each in users.of_sysusers(text))
        asked += users.of_commands(commands)
        for command in commands:
            if command.certain and command.known:
                image.do(command.words)
        untold += _untold(scripts.package, commands, image)
    accounts = users.numbered(asked)
    return Effects(tuple(alternatives), accounts, image.made, tuple(dict.fromkeys(untold)))


def _commands(scripts: Scripts, image: "Image") -> list[Command]:
    found = list[Command]()
    answers = _answers(scripts.templates)
    scene = Scene(scripts.package, scripts.architecture, image.exists, image.is_directory, image.is_link, answers)
    for text, arguments in ((scripts.preinst, ("install", "")), (scripts.postinst, ("configure", ""))):
        if text.strip():
            if text.startswith("#!") and (interpreter := _INTERPRETER.match(text)) and interpreter[1] not in _SHELLS:
                raise InvalidScript(f"it is written for {interpreter[1]}")
            found += rehearse(text, scene, arguments)
    return found


def _answers(templates: str) -> dict[str, str]:
    """Debconf's questions with their default answers (debconf-devel(7)): nobody is there to be asked."""
    found, name = dict[str, str](), ""
    for line in templates.splitlines():
        key, _, value = line.partition(": ")
        if key == "Template":
            name = value.strip()
        elif key in ("Default", "Default-C"):
            found.setdefault(name, value.strip())
    return found


def _untold(package: str, commands: Iterable[Command], image: "Image") -> Iterator[str]:
    """One sentence, if the package's scripts would run programs that nobody has looked at."""
    missed = [(command, what) for command in commands if (what := _missed(command)) and image.wants(command.name)]
    if not missed:
        return
    shown = ", ".join(dict.fromkeys(f"`{what}`" for _, what in missed[:_SHOWN]))
    more = f" and {len(missed) - _SHOWN} more" if len(missed) > _SHOWN else ""
    verb = "would" if any(command.certain for command, _ in missed) else "might"
    advice = next(
        (INSTEAD[command.name] for command, _ in missed if command.name in INSTEAD), "see whether it is missed"
    )
    yield f"{package}: its script {verb} run {shown}{more}, which is not done: {advice}"


def _missed(command: Command) -> str | None:
    """The command in short, if an image may miss what it does."""
    written = [path for path in command.writes if not path.startswith(_NOWHERE)]
    verdict = VERDICTS.get(command.name)
    if not command.words or command.words[0].startswith((UNKNOWN, "`")) or verdict in ("host", "cache", "files"):
        return None
    if verdict == "reads":
        return f"{command.name} > {written[0]}" if written and command.certain else None
    if verdict == "done" and (command.known or command.name not in ("cp", "ln", "ucf", "odbcinst", "install")):
        return None
    shown = " ".join((command.name, *command.words[1:]))
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


# --- files ----------------------------------------------------------------------------------------


class Image:
    """The files that there are, and those that scripts make."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[str, Entry] = {entry.path: entry for entry in entries}
        self._directories = {parent for path in self._entries for parent in directories_above(path)}
        self._made: dict[str, Entry] = {}

    @property
    def made(self) -> tuple[Entry, ...]:
        """What was made, sorted by path."""
        return tuple(self._made[path] for path in sorted(self._made))

    def exists(self, path: str) -> bool:
        """As `test -e` says, but that a link need not lead anywhere."""
        place = _place(path)
        return place in self._entries or place in self._made or self.is_directory(path)

    def is_directory(self, path: str) -> bool:
        """As `test -d` says, links not followed."""
        place = _place(path)
        return place in self._directories or isinstance(self._found(place), Directory)

    def is_link(self, path: str) -> bool:
        """As `test -L` says."""
        return isinstance(self._found(_place(path)), Symlink)

    def wants(self, program: str) -> bool:
        """Whether there is anything that a program would work on, and anybody who would miss it."""
        if program == "glib-compile-schemas":  # the C programs that come with schemas look before they leap
            return self._holds(".gschema.xml") and self._holds(".typelib")
        return True

    def _holds(self, ending: str) -> bool:
        return any(path.endswith(ending) for path in self._entries)

    def do(self, words: Sequence[str]) -> None:
        """Makes what a command would make, if it is one that does and nothing is in its place."""
        options = {
            letter for word in words[1:] if word.startswith("-") and not word.startswith("--") for letter in word[1:]
        }
        places = _operands(words[1:])
        match words[0].rpartition("/")[2], places:
            case "install", [*paths] if "d" in options:
                self.do(("mkdir", *paths))
            case "mkdir", [*paths]:
                for path in paths:
                    self._make(path, Directory(_place(path)) if _absolute(path) else None)
            case "touch", [*paths]:
                for path in paths:
                    self._make(path, File(_place(path), b"") if _absolute(path) else None)
            case "cp" | "ucf" | "install", [source, target]:
                self._copy(source, self._into(target, source))
            case "ln", [source, target] if "s" in options:
                link = self._into(target, source)
                self._make(link, Symlink(_place(link), source) if _absolute(link) else None)
            case "odbcinst", [template] if {"i", "d"} <= options:
                self._append("/etc/odbcinst.ini", template)

    def _found(self, place: str) -> Entry | None:
        return self._made.get(place) or self._entries.get(place)

    def _into(self, target: str, source: str) -> str:
        """A directory as a target means a file in it."""
        if target.endswith("/") or self.is_directory(target):
            return f"{target.rstrip('/')}/{source.rpartition('/')[2]}"
        return target

    def _make(self, path: str, entry: Entry | None) -> None:
        if entry is not None and keeps(entry.path) and not self.exists(path):
            self._made[entry.path] = entry

    def _copy(self, source: str, target: str) -> None:
        found = self._found(_place(source))
        if isinstance(found, File) and _absolute(target):
            self._make(target, File(_place(target), found.read(), found.mode))

    def _append(self, path: str, fragment: str) -> None:
        """The fragment at the end of a file, once."""
        found, there = self._found(_place(fragment)), self._found(_place(path))
        if isinstance(found, File) and (there is None or isinstance(there, File)):
            before = there.read() if there is not None else b""
            if found.read().strip() not in before:
                self._made[_place(path)] = File(_place(path), before + found.read().strip() + b"\n\n")


def _operands(words: Sequence[str]) -> list[str]:
    """The words that are no options; `-m 755` and `-f FILE` have a value, of which the file is one."""
    found, skip = list[str](), False
    for word in words:
        if skip:
            skip = False
        elif word in ("-m", "--mode"):
            skip = True
        elif not word.startswith("-") and word:
            found.append(word)
    return found


def _absolute(path: str) -> bool:
    return path.startswith("/") and ".." not in path.split("/") and not set(path) & set("*?[")


def _place(path: str) -> str:
    return merged_path(path.strip("/")) if path.strip("/") else ""
