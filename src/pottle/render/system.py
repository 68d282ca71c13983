"""What lies below the environment in a Dockerfile: packages of Debian, an interpreter that is no suite's, and who runs the program."""

import shlex
from collections.abc import Iterable, Iterator, Sequence

from pottle.plan.model import SumUp
from pottle.render import instructions as write
from pottle.render.instructions import Command, Instruction, Shell
from pottle.render.job import Job
from pottle.render.style import SECRETS

SKELETON = "/skeleton"
"""Accounts and directories, for an image on which nothing can be run."""
_DOWNLOADED = "/downloaded"
_NOLOGIN = "/usr/sbin/nologin"


def steps(job: Job) -> Iterator[Instruction]:
    """Packages, interpreter, user."""
    if job.plan.base_image is not None and job.base.builder is None:
        yield write.simple("USER", "0")  # its own may be anybody
    if job.base.packages:
        named = set(job.base.packages)
        reasons = [each for each in job.plan.reasons if each.decision == "packages"]
        told = (f"{each.value}: {each.because}." for each in reasons if named.intersection(each.value.split()))
        yield apt(job.base.packages).because("\n".join(told) or None)
    yield from _interpreter(job)
    yield _user(job)


def apt(names: Sequence[str]) -> Instruction:
    """Debian packages, and nothing left of how they came.

    `satisfy` takes them as packages ask for each other: whatever version the suite has by now, with its security fixes.
    """
    install = ("apt-get", "satisfy", "--yes", "--no-install-recommends")
    return write.run(
        Command(("apt-get", "update")),
        Command(install, tuple(names), variables=(("DEBIAN_FRONTEND", "noninteractive"),)),
        Shell("rm -rf /var/lib/apt/lists/*"),
    )


def directories(paths: Iterable[str], uid: int) -> Command:
    """Directories that the user and group 0 may write to; busybox understands the short flags alone."""
    return Command(("install", "-d", "-o", str(uid), "-g", "0", "-m", "0775", *paths))


def _interpreter(job: Job) -> Iterator[Instruction]:
    step = job.base.standalone
    if step is None:
        return
    install = ("uv", "python", "install", "--no-bin", f"--install-dir={_DOWNLOADED}", step.version)
    trust = (("SSL_CERT_FILE", SECRETS["ca"]),) if "ca" in job.style.secrets else ()
    # Beside `cpython-3.9.25-…` uv lays a link that is named after 3.9 alone.
    place = Shell(f"mv {_DOWNLOADED}/cpython-{job.plan.python}.* {step.into}")
    mounts = (write.bind("/uv", "/usr/local/bin/uv", stage="uv"), *job.secrets())
    why = f"No suite has CPython {job.plan.python}: a relocatable one, from uv's place for them or a mirror of it."
    yield write.simple("ARG", "UV_PYTHON_INSTALL_MIRROR")
    yield write.run(Command(install, variables=trust), place, mounts=mounts).because(why)


def _user(job: Job) -> Instruction:
    user = job.steps.user
    why = "Group 0 may write to the home: platforms that pick a uid put it into that group."
    if job.base.builder is not None:
        places = (user.home, *(job.steps.directories.paths if job.steps.directories else ()))
        made = directories((f"{SKELETON}/etc", *(f"{SKELETON}{path}" for path in places)), user.uid)
        tidy = Shell(f"chown 0:0 {SKELETON}/etc && chmod 0755 {SKELETON}/etc")
        return write.run(made, tidy, *_accounts(job, f"{SKELETON}/etc", whole=True)).because(why)
    if job.plan.base_image is not None or not job.base.apt:
        return write.run(*_accounts(job, "/etc", whole=False), directories((user.home,), user.uid)).because(why)
    add = ("useradd", "--no-log-init", "--no-create-home", f"--shell={_NOLOGIN}")
    identity = (f"--uid={user.uid}", f"--gid={user.gid}", f"--home-dir={user.home}", user.user)
    return write.run(
        Command(("groupadd", f"--gid={user.gid}", user.user)),
        Command(add, (identity,)),
        directories((user.home,), user.uid),
    ).because(why)


def _accounts(job: Job, etc: str, *, whole: bool) -> Iterator[Shell]:
    """Lines of passwd(5) and group(5): not every distribution has the same program for them. Who has the number keeps it."""
    known = job.plan.base_image
    passwd, group = (known.passwd, known.group) if known is not None else ((), ())
    for file, there, line in (("group", group, _group(job.steps.user)), ("passwd", passwd, _passwd(job.steps.user))):
        number = line.split(":")[2]
        lines = [] if any(each.split(":")[2:3] == [number] for each in there) else [line]
        if written := [*there, *lines] if whole else lines:
            words = " ".join(map(shlex.quote, written))
            yield Shell(f"printf '%s\\n' {words} >>{etc}/{file}")


def _group(user: SumUp) -> str:
    return f"{user.user}:*:{user.gid}:"


def _passwd(user: SumUp) -> str:
    return f"{user.user}:*:{user.uid}:{user.gid}:{user.user}:{user.home}:{_NOLOGIN}"
