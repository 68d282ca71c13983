from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim-trixie\nWORKDIR /app\n"

FIRES = {
    "activate": Fires(
        f"{FROM}RUN . venv/bin/activate\n", ". venv/bin/activate", f"{FROM}ENV PATH=/app/venv/bin:$PATH\n"
    ),
    "activate, by bash": Fires(
        f'{FROM}SHELL ["/bin/bash", "-c"]\nRUN source /v/bin/activate\n',
        "source /v/bin/activate",
        f'{FROM}SHELL ["/bin/bash", "-c"]\nENV PATH=/v/bin:$PATH\n',
    ),
    "export": Fires(f"{FROM}RUN export FLASK_APP=app.py\n", "export FLASK_APP=app.py", f"{FROM}ENV FLASK_APP=app.py\n"),
    "cd": Fires(f"{FROM}RUN cd src\n", "cd src", f"{FROM}WORKDIR src\n"),
    "several": Fires(f"{FROM}RUN cd src && export A=1\n", "cd src && export A=1", says="`cd` and `export`"),
    "a value that is made": Fires(f"{FROM}RUN export A=$(date)\n", "export A=$(date)"),
    "conda": Fires("FROM x\nRUN conda activate web\n", "conda activate web", says="`activate` ends"),
}
QUIET = {
    "it goes on": f"{FROM}RUN . venv/bin/activate && pip install a==1",
    "it went on": f"{FROM}RUN cd src && make && cd ..",
    "exported for a command": f"{FROM}RUN export A=1; make",
    "nothing but a script": f"{FROM}RUN . ./setup.sh",
    "written": f"{FROM}RUN export -p > /env",
    "an instruction that lasts": f"{FROM}ENV A=1\nWORKDIR src",
    "the start of the container": f"{FROM}CMD cd src",
    "another command": f"{FROM}RUN true",
    "a list of settings": f"{FROM}RUN set",
    "a script that cannot be read": f"{FROM}RUN cd 'a",
    "another shell's": f"{FROM}RUN bash -c 'cd src; make'",
    "a heredoc that goes on": f"{FROM}RUN <<EOF\ncd src\nmake\nEOF",
    "an array": f'{FROM}RUN ["make"]',
    "no shell": f"{FROM}COPY cd .",
}

test_fires, test_quiet = rule_tests("lost-shell-state", FIRES, QUIET)
