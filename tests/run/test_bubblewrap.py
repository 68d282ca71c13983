from pathlib import Path

from pottle.run.backends.bubblewrap import BUBBLEWRAP, options
from pottle.run.sandbox import Spec
from pottle.run.settings import Host

SPEC = Spec(
    root="/cache/root",
    argv=("app",),
    environment=(("A", "1"),),
    working_dir="/app",
    uid=65532,
    gid=65531,
    memory=(("/tmp", 0o1777), ("/home/app", 0o700)),
    binds=(("/etc/hosts", "/etc/hosts"),),
)


def test_the_options_make_the_promised_sandbox():
    assert " ".join(options(SPEC)) == (
        "--unshare-user --uid 65532 --gid 65531 --unshare-pid --unshare-ipc --unshare-uts --die-with-parent --cap-drop ALL "
        "--ro-bind /cache/root / --dev /dev --proc /proc "
        "--perms 1777 --tmpfs /tmp --perms 0700 --tmpfs /home/app "
        "--ro-bind /etc/hosts /etc/hosts --chdir /app --clearenv --setenv A 1"
    )


def test_without_bwrap_it_says_so(tmp_path: Path):
    assert BUBBLEWRAP.refusal(Host({"PATH": str(tmp_path)}, tmp_path)) == "not installed"


def test_a_bwrap_that_fails_is_refused_with_its_own_words(tmp_path: Path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: Unknown option --perms' >&2\nexit 1\n")
    program.chmod(0o755)
    reason = BUBBLEWRAP.refusal(Host({"PATH": f"{tmp_path}:/bin"}, tmp_path))
    assert reason is not None
    assert reason.startswith("does not work here: ")
