from tests.lint.cases import Fires, rule_tests

FROM = "ARG V=1.8\nFROM python:3.13-slim-trixie AS a\n"

FIRES = {
    "RUN": Fires(f"{FROM}# why\nRUN pip install poetry==$V", "$V", f"{FROM}ARG V\n# why\nRUN pip install poetry==$V"),
    "ENV": Fires(f'{FROM}ENV A="v${{V}}"', "${V}", f'{FROM}ARG V\nENV A="v${{V}}"'),
    "COPY": Fires(f"{FROM}COPY app-$V.tar .", "$V", f"{FROM}ARG V\nCOPY app-$V.tar ."),
    "told once": Fires(f"{FROM}LABEL v=$V\nRUN a $V", "$V", f"{FROM}ARG V\nLABEL v=$V\nRUN a $V"),
    "in the other stage": Fires(
        f"{FROM}ARG V\nRUN a $V\nFROM debian:12\nRUN a $V",
        "$V",
        f"{FROM}ARG V\nRUN a $V\nFROM debian:12\nARG V\nRUN a $V",
    ),
}
QUIET = {
    "repeated": f"{FROM}ARG V\nRUN pip install poetry==$V",
    "repeated below": f"{FROM}ARG V\nFROM a\nRUN pip install poetry==$V",
    "FROM alone": "ARG V=3.13\nFROM python:$V-slim",
    "of the stage": "FROM python:3.13\nARG V=1\nRUN a $V",
    "of the environment": f"{FROM}ENV V=1\nRUN a $V",
    "of the script": f"{FROM}RUN V=2 && a $V",
    "of a loop": f"{FROM}RUN for V in 1 2; do a $V; done",
    "a default": f"{FROM}RUN a ${{V:-1}}",
    "quoted": f"{FROM}RUN a '$V'",
    "escaped": f"{FROM}RUN a \\$V",
    "of the base": "ARG PYTHON_VERSION=3.13\nFROM python:$PYTHON_VERSION\nRUN echo $PYTHON_VERSION",
    "a base that nobody knows": "ARG V=1\nFROM team/base\nRUN a $V",
    "no argument": "FROM python:3.13\nRUN a $V",
    "at the start": f"{FROM}CMD a $V",
}

test_fires, test_quiet = rule_tests("argument-out-of-scope", FIRES, QUIET)
