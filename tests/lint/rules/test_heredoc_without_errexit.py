from tests.lint.cases import Fires, rule_tests

FROM = "FROM debian:trixie-slim\n"

FIRES = {
    "two commands": Fires(f"{FROM}RUN <<EOF\na\nb\nEOF\n", "<<EOF", f"{FROM}RUN <<EOF\nset -e\na\nb\nEOF\n"),
    "an interpreter": Fires(
        f"{FROM}RUN <<'X'\n#!/bin/bash\nfor i in 1 2; do a; done\nb\nX\n",
        "<<'X'",
        f"{FROM}RUN <<'X'\n#!/bin/bash\nset -e\nfor i in 1 2; do a; done\nb\nX\n",
    ),
    "tabs, and another option": Fires(
        f"{FROM}RUN --mount=type=cache,target=/c <<-EOF\n\tset -x\n\ta && b\n\tc\n\tEOF\n",
        "<<-EOF",
        f"{FROM}RUN --mount=type=cache,target=/c <<-EOF\nset -e\n\tset -x\n\ta && b\n\tc\n\tEOF\n",
    ),
}
QUIET = {
    "it says so": f"{FROM}RUN <<EOF\nset -eux\na\nb\nEOF\n",
    "it says so in words": f"{FROM}RUN <<EOF\nset -o errexit\na\nb\nEOF\n",
    "the shell does": f'{FROM}SHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN <<EOF\na\nb\nEOF\n',
    "the interpreter does": f"{FROM}RUN <<EOF\n#!/bin/bash -e\na\nb\nEOF\n",
    "one command": f"{FROM}RUN <<EOF\na && b\nEOF\n",
    "nothing before it can fail": f"{FROM}RUN <<EOF\nA=1\necho a\nb\nEOF\n",
    "a loop that cannot fail": f'{FROM}RUN <<EOF\nfor i in a b; do if [ $i = a ]; then A="$A $i"; fi; done\nb\nEOF\n',
    "its failure is meant": f"{FROM}RUN <<EOF\na || true\nb\nEOF\n",
    "another language": f"{FROM}RUN <<EOF\n#!/usr/bin/env python3\nimport a\nimport b\nEOF\n",
    "another shell": f'{FROM}SHELL ["pwsh", "-c"]\nRUN <<EOF\na\nb\nEOF\n',
    "a command reads it": f"{FROM}RUN cat <<EOF > a\na\nb\nEOF\n",
    "a file": f"{FROM}COPY <<EOF /a\na\nb\nEOF\n",
}

test_fires, test_quiet = rule_tests("heredoc-without-errexit", FIRES, QUIET)
