"""`pottle cache`: what lies in the cache, and how it gets smaller."""

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pottle.cli.choices import talk_flags
from pottle.cli.surroundings import Surroundings

if TYPE_CHECKING:
    from pottle.cache.item import Inventory, Item
    from pottle.cache.pruning import Pruned

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def _age(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """`30d`, `12h`: seconds."""
    if value is None:
        return None
    found = re.fullmatch(r"([0-9]{1,6})([smhdw])", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no age, write 30d, 12h or 2w", context, parameter)
    return int(found[1]) * _UNITS[found[2]]


def _bytes(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """`5GB`, `512MiB`: bytes."""
    if value is None:
        return None
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([KMGT]I?)?B?", value.upper())
    if found is None:
        raise click.BadParameter(f"{value!r} is no size, write 5GB or 512MiB", context, parameter)
    return int(float(found[1]) * _SIZES[found[2] or ""])


@click.group("cache", short_help="Look at the cache, and tidy it.")
def command() -> None:
    """What builds keep to be fast the next time: layers, bytecode, packages, and the images themselves.

    \b
    Examples:
      pottle cache info
      pottle cache prune
      pottle cache prune --older-than 30d --max-size 5GB
    """


@command.command("info")
@talk_flags
@click.pass_obj
def info(around: Surroundings, /, form: str, quiet: bool) -> int:
    """Show what lies in the cache: how much of each kind, when it was last used, and what nothing refers to.

    \b
    Examples:
      pottle cache info
      pottle cache info --format json
    """
    from pottle import api

    found = api.cache_inventory(around.host(quiet=quiet, ca_cert=None, refresh=False))
    click.echo(_info_json(found) if form == "json" else _info_text(found, around.clock().timestamp()))
    return 0


@command.command("prune")
@click.option("--older-than", metavar="AGE", callback=_age, help="Also what nobody has used for so long: 30d, 12h, 2w.")
@click.option(
    "--max-size", metavar="SIZE", callback=_bytes, help="Also what was used least lately, until SIZE is left: 5GB."
)
@click.option("--all", "everything", is_flag=True, help="Also all the rest, images included.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
@talk_flags
@click.pass_obj
def prune(
    around: Surroundings,
    /,
    older_than: int | None,
    max_size: int | None,
    everything: bool,
    dry_run: bool,
    form: str,
    quiet: bool,
) -> int:
    """Remove from the cache what nothing refers to any more, and more where that is asked for.

    Safe at any time: builds that are running are waited for, and a root that a program runs in stays. Images go by age and
    size like all the rest: the cache is no place to keep them.

    \b
    Examples:
      pottle cache prune
      pottle cache prune --older-than 30d      # and what was not used for a month
      pottle cache prune --max-size 5GB -q     # on a CI machine, every night
      pottle cache prune --all --dry-run
    """
    from pottle import api
    from pottle.cache.pruning import Wish

    here = around.host(quiet=quiet, ca_cert=None, refresh=False)
    if here.use is not None:
        here.use.end()
    since = None if older_than is None else here.clock().timestamp() - older_than
    done = api.prune(Wish(since, max_size, everything), here, dry_run=dry_run)
    click.echo(_prune_json(done, dry_run=dry_run) if form == "json" else _prune_text(done, dry_run=dry_run))
    return 0


# --- shown ----------------------------------------------------------------------------------------


def _kinds(items: Sequence["Item"]) -> dict[str, list["Item"]]:
    """By kind, in the order of `KINDS`; those of which there are none left out."""
    from pottle.cache.survey import KINDS

    found = {name: [item for item in items if item.kind == name] for name, _, _ in KINDS}
    return {name: some for name, some in found.items() if some}


def _weights(found: "Inventory") -> dict[str, int]:
    """Bytes by kind. A blob counts where a layer's record names it, else where an image does."""
    kinds = _kinds(found.items)
    weights = {name: sum(item.size for item in some) for name, some in kinds.items()}
    counted: set[str] = set()
    for name in ("layers", "images"):
        held = {digest for item in kinds.get(name, ()) for digest in item.blobs} & found.blobs.keys()
        if held - counted:
            weights[name] += sum(found.blobs[digest].size for digest in held - counted)
        counted |= held
    return weights


def _info_text(found: "Inventory", now: float) -> str:
    from pottle.cache.pruning import Wish, chosen
    from pottle.cache.survey import KINDS

    weights, meanings = _weights(found), {name: meaning for name, meaning, _ in KINDS}
    rows = [
        f"  {name:<13}{len(some):>6}{_size(weights[name]):>12}  {_ago(now - min(i.used for i in some)):<9}  {meanings[name]}"
        for name, some in _kinds(found.items).items()
    ]
    useless = chosen(found, Wish()).freed
    head = f"  {'':<13}{'number':>6}{'size':>12}  {'unused for':<9}"
    hint = f"; `pottle cache prune` would free {_size(useless)}" if useless else ""
    return "\n".join(
        [str(found.directory), *([head.rstrip()] if rows else []), *rows, f"  {_size(found.size)} in all{hint}"]
    )


def _info_json(found: "Inventory") -> str:
    import json

    from pottle.cache.pruning import Wish, chosen

    weights = _weights(found)
    kinds = [
        {
            "kind": name,
            "number": len(some),
            "size": weights[name],
            "oldest_use": _time(min(item.used for item in some)),
            "newest_use": _time(max(item.used for item in some)),
        }
        for name, some in _kinds(found.items).items()
    ]
    document = {
        "directory": str(found.directory),
        "size": found.size,
        "prunable": chosen(found, Wish()).freed,
        "kinds": kinds,
    }
    return json.dumps(document, indent=2)


def _prune_text(done: "Pruned", *, dry_run: bool) -> str:
    lines = [f"  {len(some):>6}  {name}{_why(some)}" for name, some in _kinds(done.items).items()]
    if done.blobs:
        lines.append(f"  {len(done.blobs):>6}  blobs that nothing needs")
    verb = "would free" if dry_run else "freed"
    return "\n".join([*lines, f"{verb} {_size(done.freed)}; {_size(done.after)} {'would stay' if dry_run else 'left'}"])


def _why(some: Sequence["Item"]) -> str:
    reasons = sorted({item.useless for item in some if item.useless})
    return f": {', '.join(reasons)}" if reasons and all(item.useless for item in some) else ""


def _prune_json(done: "Pruned", *, dry_run: bool) -> str:
    import json

    document = {
        "dry_run": dry_run,
        "freed": done.freed,
        "size": done.after,
        "removed": {name: len(some) for name, some in _kinds(done.items).items()} | {"blobs": len(done.blobs)},
        "images": [item.name for item in done.items if item.kind == "images"],
    }
    return json.dumps(document, indent=2)


def _size(size: int) -> str:
    """In the largest unit of which there is one."""
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1e3:.0f} kB"


def _ago(seconds: float) -> str:
    """The age in the largest unit of which it has two."""
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{max(0, seconds):.0f} s"


def _time(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
