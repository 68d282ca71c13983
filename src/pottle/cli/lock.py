"""`pottle lock`: all that an image is made of and no other lock decides, resolved once and kept."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pottle.cli.choices import lock_flags, platform_flag, project_argument, talk_flags
from pottle.cli.surroundings import Surroundings

if TYPE_CHECKING:
    from pottle.api import Change, Pinned, PinnedBase, Pinning

_MOST = 40
"""So many changes of one platform are told."""


@click.command("lock", short_help="Keep all that an image is made of.")
@project_argument
@click.option("--upgrade", is_flag=True, help="Choose every version anew, not only those that no longer satisfy.")
@click.option(
    "--upgrade-package", "names", metavar="NAME", multiple=True, help="Choose this one's version anew; may be repeated."
)
@click.option("--check", is_flag=True, help="Write nothing; the exit code is 1 where the file would change.")
@platform_flag
@lock_flags
@talk_flags
@click.pass_obj
def command(
    around: Surroundings,
    /,
    path: Path,
    upgrade: bool,
    names: Sequence[str],
    check: bool,
    form: str,
    quiet: bool,
    ca_cert: Path | None,
    insecure: Sequence[str],
    refresh: bool,
    **flags: Any,
) -> int:
    """Resolve all that an image is made of and no other lock decides, once for each platform, and keep it in pottle.lock.

    That is every Debian package, the interpreter, what bytecode is compiled and wheels are built with, and wheels where the project
    has no lock of its own. Commit the file: builds then take exactly these files, and stop where the project asks for something else.

    \b
    Examples:
      pottle lock
      pottle lock --platform linux/amd64,linux/arm64
      pottle lock --upgrade                   # everything as it is now
      pottle lock --upgrade-package libssl3t64
      pottle lock --upgrade --check           # is there anything newer?
    """
    from pottle import api
    from pottle.provision.answers import Upgrade

    here = around.host(quiet=quiet, ca_cert=ca_cert, refresh=refresh, insecure=insecure)
    options = api.read_options(path, around.environ, flags)
    done = api.pin(path, options, here, Upgrade(everything=upgrade, names=frozenset(names)), write=not check)
    click.echo(_json(done) if form == "json" else "\n".join(_text(done, check=check)), color=around.colour)
    return 1 if check and done.changed else 0


def _text(done: "Pinning", *, check: bool) -> Iterator[str]:
    yield from (f"{done.path.name}: {_image(each)}" for each in done.base_images)
    for each in done.environments:
        yield f"{done.path.name}: {_line(each)}"
        yield from _changes(each.changes) if not _is_new(each) else ()
    if shared := [each for each in done.shared if each.kind != "compiler" or each.before is not None]:
        yield f"{done.path.name}: what compiles, and what wheels are built with"
        yield from _changes(shared)
    if done.kept:
        yield f"{_counted(done.kept, 'file')} kept for it"
    if check:
        yield "it would change: run `pottle lock` without --check" if done.changed else "it is up to date"


def _image(each: "PinnedBase") -> str:
    image = each.image
    pythons = ", ".join(f"CPython {python.version}" for python in image.pythons) or "no Python"
    how = "new" if each.changed else "unchanged"
    return f"{image.platform} on {image.pinned}: {pythons}, {image.libc} {image.libc_version}, {how}"


def _line(each: "Pinned") -> str:
    held = [_counted(each.packages, "package")] if each.base is not None else []
    held += [_counted(each.wheels, "wheel")] if each.wheels else []
    on = f" on {each.base}" if each.base is not None else ""
    state = "new" if _is_new(each) else f"{len(each.changes)} changed" if each.changes else "unchanged"
    return f"{each.platform}{on} with Python {each.python}: {', '.join(held)}, {state}"


def _is_new(each: "Pinned") -> bool:
    """Whether nothing was locked before, so that there is nothing to compare."""
    return len(each.changes) >= each.packages + each.wheels and all(change.before is None for change in each.changes)


def _changes(changes: "Sequence[Change]") -> Iterator[str]:
    """A line each; of very many only the first."""
    yield from (f"  {_told(change)}" for change in changes[:_MOST])
    if len(changes) > _MOST:
        yield f"  and {len(changes) - _MOST} more"


def _told(change: "Change") -> str:
    if change.before is None:
        return f"{click.style('+', fg='green')} {change.name} {change.after}"
    if change.after is None:
        return f"{click.style('-', fg='red')} {change.name} {change.before}"
    if change.before == change.after:
        return f"  {change.name} {change.after}, another file"
    return f"  {change.name} {change.before} → {change.after}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _json(done: "Pinning") -> str:
    import json

    document = {
        "lockfile": done.path.name,
        "changed": done.changed,
        "base_images": [
            {
                "name": each.image.name,
                "platform": each.image.platform,
                "digest": each.image.digest,
                "changed": each.changed,
            }
            for each in done.base_images
        ],
        "environments": [asdict(each) for each in done.environments],
        "shared": [asdict(change) for change in done.shared],
        "kept": done.kept,
    }
    return json.dumps(document, indent=2)
