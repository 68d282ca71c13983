"""Links that packages share out among themselves (update-alternatives(1)): `libblas.so.3`, `awk`, `editor`.

A package offers its own in its postinst, which is not run but rehearsed: `update-alternatives --install LINK NAME PATH PRIORITY`,
followed by slaves that go with it. The link leads straight to the best, since nobody will choose anew.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pottle.build.base.filters import keeps
from pottle.build.base.usrmerge import merged_path
from pottle.oci.entry import InvalidEntryPath, Symlink

_PROGRAM = "update-alternatives"


@dataclass(frozen=True, slots=True)
class Alternative:
    """What one package offers for one link; paths are merged, from the root and without its slash."""

    link: str
    path: str
    priority: int
    slaves: tuple[tuple[str, str], ...] = ()
    """Further links that go with it, and where they lead."""


def offered(commands: Iterable[Sequence[str]]) -> Iterator[Alternative]:
    """All that a package's script would install, by the words of its commands; what has words that are not known is passed over."""
    for words in commands:
        if words and words[0].rpartition("/")[2] == _PROGRAM and (alternative := _parsed(words)):
            yield alternative


def chosen(alternatives: Iterable[Alternative], paths: Collection[str]) -> Iterator[Symlink]:
    """The links of an image that has `paths`: the highest priority wins, then the first path; what is there already stays."""
    best: dict[str, Alternative] = {}
    for alternative in sorted(alternatives, key=lambda each: (-each.priority, each.path)):
        if alternative.path in paths:
            best.setdefault(alternative.link, alternative)
    for link, alternative in sorted(best.items()):
        for name, path in ((link, alternative.path), *alternative.slaves):
            if path in paths and name not in paths and keeps(name):
                yield Symlink(name, f"/{path}")


def _parsed(words: Sequence[str]) -> Alternative | None:
    if "--install" not in words:
        return None
    link, _, path, priority, *rest = (*words[words.index("--install") + 1 :], *[""] * 4)
    places = _place(link), _place(path)
    if not all(places) or not priority.lstrip("-").isdecimal():
        return None
    return Alternative(*places, int(priority), tuple(_slaves(rest)))


def _slaves(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`--slave LINK NAME PATH`, as often as there is."""
    for number, word in enumerate(words):
        if word == "--slave" and len(words) > number + 3:
            link, path = _place(words[number + 1]), _place(words[number + 3])
            if link and path:
                yield link, path


def _place(word: str) -> str:
    """The path that a word names; empty where it is not an absolute one as it stands."""
    if not word.startswith("/") or set(word) & set("$`*?"):
        return ""
    try:
        return Symlink(merged_path(word[1:]), "x").path
    except InvalidEntryPath:
        return ""
