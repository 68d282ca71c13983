"""What packages offer to update-alternatives, and which of it an image gets."""

import pytest

from pottle.build.base.alternatives import Alternative, chosen, offered
from pottle.build.base.scripts.conditions import Scene
from pottle.build.base.scripts.rehearsal import rehearse
from pottle.oci.entry import Symlink

BLAS = "usr/lib/x86_64-linux-gnu/libblas.so.3"
PLAIN = Alternative(BLAS, "usr/lib/x86_64-linux-gnu/blas/libblas.so.3", 10)
FAST = Alternative(BLAS, "usr/lib/x86_64-linux-gnu/openblas/libblas.so.3", 100)

POSTINST = r"""#!/bin/sh
set -e
update-alternatives --install /usr/lib/x86_64-linux-gnu/libblas.so.3 \
                    libblas.so.3-x86_64-linux-gnu /usr/lib/x86_64-linux-gnu/blas/libblas.so.3 10
if [ "$1" = "configure" ]; then update-alternatives --quiet --install /usr/bin/which which /bin/which.debianutils -5 \
    --slave /usr/share/man/man1/which.1.gz which.1.gz /usr/share/man/man1/which.debianutils.1.gz \
    --slave /usr/bin/whichever whichever /usr/bin/whichever.debianutils || true; fi
update-alternatives --remove rename /usr/bin/prename
"""


def words(script: str) -> list[tuple[str, ...]]:
    return [command.words for command in rehearse(script, Scene("package"))]


def test_what_a_script_would_install_is_read_from_it():
    which = Alternative(
        "usr/bin/which",
        "usr/bin/which.debianutils",
        -5,
        (
            ("usr/share/man/man1/which.1.gz", "usr/share/man/man1/which.debianutils.1.gz"),
            ("usr/bin/whichever", "usr/bin/whichever.debianutils"),
        ),
    )
    assert list(offered(words(POSTINST))) == [PLAIN, which]


def test_names_in_a_loop_are_all_offered():
    script = "for i in kinit klist; do update-alternatives --install /usr/bin/$i $i /usr/bin/${i}.mit 30; done"
    found = list(offered(words(script)))
    assert [(each.link, each.path) for each in found] == [
        ("usr/bin/kinit", "usr/bin/kinit.mit"),
        ("usr/bin/klist", "usr/bin/klist.mit"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# update-alternatives --install",
        "i=$(cat x); update-alternatives --install /usr/bin/$i $i /usr/bin/$i.real 10",
        "update-alternatives --install /usr/bin/a a /usr/bin/b $(cat priority)",
        "update-alternatives --install /usr/bin/a a /usr/bin/b",
        "update-alternatives --install usr/bin/a a usr/bin/b 10",
        "update-alternatives --install /../a a /usr/bin/b 10",
        "update-alternatives --install / a /usr/bin/b 10",
    ],
)
def test_what_cannot_be_known_without_running_it_is_passed_over(line: str):
    assert list(offered(words(line))) == []


@pytest.mark.parametrize("order", [(PLAIN, FAST), (FAST, PLAIN)])
def test_the_highest_priority_wins_whatever_comes_first(order: tuple[Alternative, ...]):
    assert list(chosen(order, {PLAIN.path, FAST.path})) == [Symlink(BLAS, f"/{FAST.path}")]


def test_what_is_not_in_the_image_is_no_alternative():
    assert list(chosen([PLAIN, FAST], {PLAIN.path})) == [Symlink(BLAS, f"/{PLAIN.path}")]
    assert list(chosen([PLAIN, FAST], set())) == []


def test_a_package_s_own_file_stays():
    assert list(chosen([PLAIN], {PLAIN.path, BLAS})) == []


def test_slaves_go_with_their_master_where_they_are_there_and_wanted():
    slaves = (
        ("usr/bin/xb", "usr/bin/xb.1"),
        ("usr/bin/xc", "usr/bin/xc.1"),
        ("usr/share/man/man1/xa.1", "usr/bin/xa.1"),
    )
    best, other = Alternative("usr/bin/xa", "usr/bin/xa.1", 2, slaves), Alternative("usr/bin/xa", "usr/bin/xa.0", 1)
    found = list(chosen([best, other], {"usr/bin/xa.1", "usr/bin/xa.0", "usr/bin/xb.1"}))
    assert found == [Symlink("usr/bin/xa", "/usr/bin/xa.1"), Symlink("usr/bin/xb", "/usr/bin/xb.1")]
