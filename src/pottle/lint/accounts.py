"""The accounts that a Dockerfile makes: their numbers and their home directories, as far as the commands say it."""

import getopt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pottle.dockerfile.stages import Step, joined
from pottle.lint.build import Build
from pottle.lint.commands import Command

_USERADD = (
    "b:c:d:De:f:g:G:hk:K:lmMNop:rR:P:s:u:UZ:F",
    (
        "base-dir= comment= home-dir= home= defaults expiredate= inactive= gid= groups= help skel= key= no-log-init create-home "
        "no-create-home no-user-group non-unique password= system root= prefix= shell= uid= user-group selinux-user= badname badnames"
    ),
)
_BUSYBOX = (
    "h:g:s:G:SDHu:k:",
    "home= gecos= shell= ingroup= system disabled-password empty-password no-create-home uid= skel=",
)
_ADDUSER = (
    "u:g:G:s:qhd",
    (
        "system home= shell= no-create-home uid= gid= firstuid= lastuid= firstgid= lastgid= group ingroup= disabled-password "
        "disabled-login gecos= comment= quiet verbose debug force-badname allow-badname allow-bad-names allow-all-names add-extra-groups "
        "add_extra_groups encrypt-home conf= no-conf"
    ),
)
"""Short options as getopt(3) reads them, and long ones. Source: useradd(8) of shadow 4.17, busybox 1.37, adduser(8) 3.152."""
_CHANGES = frozenset({"usermod", "userdel", "deluser", "vipw", "newusers", "homectl", "systemd-sysusers"})
_COPIED = ("/etc", "/etc/passwd", "/", "/home")


@dataclass(frozen=True, slots=True)
class Account:
    """A user, as one command makes it."""

    name: str
    uid: str | None
    """As it is written; None where nobody says it, or a variable does."""
    home: str | None
    """Absolute."""
    has_home: bool | None
    """Whether the command makes the home directory; None: not known."""
    asked: bool
    """It says itself that there shall be no home directory, or which it is."""
    command: Command


@dataclass(frozen=True, slots=True)
class Accounts:
    """Those that are there behind some instructions."""

    found: dict[str, Account] = field(default_factory=dict)
    complete: bool = True
    """False: there may be others, or they may have been changed."""

    def of(self, user: str) -> Account | None:
        """By name or by number, as USER has it."""
        if user in self.found:
            return self.found[user]
        return next((each for each in self.found.values() if each.uid == user), None)


def accounts(build: Build, steps: Iterable[Step], family: str | None) -> Accounts:
    """What the RUN instructions among `steps` make on a base of the distribution `family`."""
    found: dict[str, Account] = {}
    complete = True
    seen = tuple(steps)
    for command in (each for step in seen if step.instruction.name == "RUN" for each in build.commands(step)):
        if command.program in ("useradd", "adduser"):
            made = _made(command, family)
            complete = complete and made is not None
            found |= {made.name: made} if made is not None else {}
        elif command.program in _CHANGES or any("/etc/passwd" in word.raw for word in command.whole):
            complete = False
    copied = (build.copy(step) for step in seen)
    if any(each is not None and each.target in _COPIED for each in copied):
        complete = False
    return Accounts({name: _looked_after(build, seen, each) for name, each in found.items()}, complete)


def _made(command: Command, family: str | None) -> Account | None:
    """The account; None where its name or an option is not known."""
    if any(word.text is None for word in command.words):
        return None
    useradd = command.program == "useradd"
    short, long = _USERADD if useradd else _BUSYBOX if family == "alpine" else _ADDUSER
    try:
        options, names = getopt.gnu_getopt(list(command.argv[1:]), short, long.split())
    except getopt.GetoptError:
        return None
    if not names or (len(names) > 1 and useradd):
        return None
    if len(names) > 1:  # `adduser USER GROUP`
        return None
    values = dict(options)
    name = names[0]
    uid = values.get("--uid", values.get("-u"))
    if uid is not None and (not uid.isdecimal() or not any(word.raw.endswith(uid) for word in command.words)):
        uid = None
    home, has_home, asked = _home(values, name, useradd=useradd, family=family)
    return Account(name, uid, home, None if command.conditional else has_home, asked, command)


def _home(
    values: dict[str, str], name: str, *, useradd: bool, family: str | None
) -> tuple[str | None, bool | None, bool]:
    """Its path, whether it is made, and whether the command says anything of it."""
    named = next((values[key] for key in ("--home-dir", "--home", "-d", "-h") if values.get(key)), None)
    home = named or f"/home/{name}"
    if useradd:
        if {"-M", "--no-create-home"} & values.keys():
            return home, False, True
        if {"-m", "--create-home"} & values.keys():
            return home, True, True
        based = {"-b", "--base-dir", "-R", "--root", "-P", "--prefix", "-K", "--key"} & values.keys()
        # Elsewhere /etc/login.defs may say CREATE_HOME; Debian's and Ubuntu's does not.
        decided = family in ("debian", "ubuntu") and not based
        return home, (None if named is not None or not decided else False), named is not None
    if {"-H", "--no-create-home"} & values.keys():
        return home, False, True
    if {"-S", "--system"} & values.keys():
        return home, None, named is not None
    return home, True, named is not None


def _looked_after(build: Build, steps: tuple[Step, ...], account: Account) -> Account:
    """With what other instructions do to its home directory: whatever names it may make it."""
    if account.has_home is not False or account.home is None:
        return account
    home = account.home
    for step in steps:
        copied = build.copy(step)
        places = [step.before.directory, copied.target if copied is not None else None]
        if step.instruction.name == "WORKDIR":
            places.append(joined(step.before.directory, step.instruction.body.text))
        if any(place is not None and f"{place}/".startswith(f"{home}/") for place in places):
            return replace(account, has_home=None)
        if step.instruction.name == "VOLUME" and home in step.instruction.body.text:
            return replace(account, has_home=None)
        for command in build.commands(step) if step.instruction.name == "RUN" else ():
            if command is not account.command and any(
                home in word.known or "$HOME" in word.raw or word.raw.startswith(("~", '"~')) for word in command.whole
            ):
                return replace(account, has_home=None)
    return account
