from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim-trixie\n"

FIRES = {
    "a tilde": Fires(f'{FROM}ENV PATH="~/.local/bin:$PATH"', "~", f'{FROM}ENV PATH="/root/.local/bin:$PATH"'),
    "a tilde at the end": Fires(f"{FROM}ENV PATH=$PATH:~/bin A=1", "~", f"{FROM}ENV PATH=$PATH:/root/bin A=1"),
    "a variable": Fires(f"{FROM}ENV PATH=$HOME/bin:$PATH", "$HOME", f"{FROM}ENV PATH=/root/bin:$PATH", says="is empty"),
    "braces": Fires(f"{FROM}WORKDIR ${{HOME}}/app", "${HOME}", f"{FROM}WORKDIR /root/app"),
    "a directory": Fires(f"{FROM}WORKDIR ~/app", "~", f"{FROM}WORKDIR /root/app"),
    "a destination": Fires(f"{FROM}COPY a.conf ~/.config/", "~", f"{FROM}COPY a.conf /root/.config/"),
    "of a user": Fires(f"{FROM}USER app\nENV PATH=~/bin:$PATH", "~"),
    "of a base that nobody knows": Fires("FROM team/base\nENV PATH=~/bin:$PATH", "~"),
}
QUIET = {
    "a path": f"{FROM}ENV PATH=/root/.local/bin:$PATH",
    "a shell": f"{FROM}RUN export PATH=~/bin:$HOME/x:$PATH && a",
    "HOME is set": f"{FROM}ENV HOME=/home/app\nENV PATH=$HOME/bin:$PATH",
    "HOME is an argument": f"{FROM}ARG HOME=/x\nWORKDIR $HOME",
    "a base that may set it": "FROM team/base\nENV PATH=$HOME/bin:$PATH",
    "another variable": f"{FROM}ENV PATH=$HOMES/bin:${{HOME_DIR}}",
    "a default": f"{FROM}ENV PATH=${{HOME:-/root}}/bin:$PATH",
    "escaped": f"{FROM}ENV A=\\$HOME",
    "a version": f"{FROM}ENV VERSION=~1.2 A=a~/b",
    "a source": f"{FROM}COPY ~/a /b",
    "a start": f"{FROM}CMD cd ~/a && exec b",
    "somebody's home": f"{FROM}ENV A=~app/x",
    "nothing": f"{FROM}WORKDIR /root/app",
    "an address": f"{FROM}ENV A=https://a.example/~b/",
    "a label": f'{FROM}LABEL a="~/b"',
    "a user": f"{FROM}USER app",
}

test_fires, test_quiet = rule_tests("unexpanded-home", FIRES, QUIET)
