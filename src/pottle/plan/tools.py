"""Programs of Debian's that commands and scripts run, which no distribution of Python brings."""

from collections.abc import Iterable, Iterator, Mapping

from pottle.plan.system import Need
from pottle.project.facts import Fact

_COREUTILS = (
    "arch", "b2sum", "base64", "basename", "cat", "chgrp", "chmod", "chown", "cp", "cut", "date", "dd", "df", "dirname", "du", "env",
    "expr", "factor", "head", "hostid", "id", "install", "join", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mktemp", "mv", "nice",
    "nohup", "nproc", "od", "paste", "printenv", "readlink", "realpath", "rm", "rmdir", "seq", "sha256sum", "sleep", "sort", "split",
    "stat", "stdbuf", "sync", "tac", "tail", "tee", "timeout", "touch", "tr", "uname", "uniq", "wc", "whoami", "yes",
)  # fmt: skip
TOOLS: Mapping[str, str] = {
    **dict.fromkeys(_COREUTILS, "coreutils"),
    "awk": "mawk",
    "curl": "curl",
    "find": "findutils",
    "xargs": "findutils",
    "git": "git",
    "gosu": "gosu",
    "grep": "grep",
    "hostname": "hostname",
    "jq": "jq",
    "nc": "netcat-openbsd",
    "pg_isready": "postgresql-client",
    "psql": "postgresql-client",
    "pgrep": "procps",
    "pkill": "procps",
    "ps": "procps",
    "redis-cli": "redis-tools",
    "sed": "sed",
    "wget": "wget",
}
"""Programs that scripts run → the Debian package, of one name in every suite."""


def needs(runs: Iterable[Fact[str]]) -> Iterator[Need]:
    """The packages of what is run, each once, with the line that runs it first."""
    seen: set[str] = set()
    for run in runs:
        package = TOOLS.get(run.value)
        if package is not None and package not in seen:
            seen.add(package)
            yield Need((package,), "packages", package, f"{run.at.path} runs {run.value}", str(run.at))
