from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\nCOPY . /app\n"
ENTRY = f'{FROM}ENTRYPOINT ["/app/entrypoint.sh"]\n'
SH = "#!/bin/sh\nset -e\n"

FIRES = {
    "a server": Fires(
        ENTRY,
        '"/app/entrypoint.sh"',
        files={"entrypoint.sh": f"{SH}python manage.py migrate\ngunicorn a:b\n"},
        changes={"entrypoint.sh": f"{SH}python manage.py migrate\nexec gunicorn a:b\n"},
        says="entrypoint.sh:4",
    ),
    "its arguments": Fires(
        f'{FROM}WORKDIR /app\nCMD ["bash", "./docker/start.sh"]\n',
        '"./docker/start.sh"',
        files={"docker/start.sh": 'a && A=1 "$@"'},
        changes={"docker/start.sh": 'a && A=1 exec "$@"'},
    ),
    "branches": Fires(
        f'{FROM}ENTRYPOINT ["tini", "--", "/app/entrypoint.sh"]\n',
        '"/app/entrypoint.sh"',
        files={"entrypoint.sh": f"{SH}case $1 in\n  web) uvicorn a:b ;;\n  *) exec celery -A a worker ;;\nesac\n"},
        changes={
            "entrypoint.sh": f"{SH}case $1 in\n  web) exec uvicorn a:b ;;\n  *) exec celery -A a worker ;;\nesac\n"
        },
    ),
}
QUIET = {
    "exec": Quiet(ENTRY, {"entrypoint.sh": f'{SH}exec "$@"\n'}),
    "a trap": Quiet(ENTRY, {"entrypoint.sh": f"{SH}trap 'kill $!' TERM\ngunicorn a:b\n"}),
    "something comes behind it": Quiet(ENTRY, {"entrypoint.sh": f"{SH}gunicorn a:b &\nwait\n"}),
    "in the background": Quiet(ENTRY, {"entrypoint.sh": f"{SH}gunicorn a:b &\n"}),
    "into a pipe": Quiet(ENTRY, {"entrypoint.sh": f"{SH}gunicorn a:b | tee log\n"}),
    "a command that ends": Quiet(ENTRY, {"entrypoint.sh": f"{SH}python manage.py migrate\n"}),
    "an init that signals all": Quiet(
        f'{FROM}ENTRYPOINT ["dumb-init", "/app/entrypoint.sh"]\n', {"entrypoint.sh": f'{SH}"$@"\n'}
    ),
    "no script of a shell": Quiet(ENTRY, {"entrypoint.sh": "#!/usr/bin/env python3\ngunicorn('a')\n"}),
    "a script that is not there": ENTRY,
    "another one of that name": Quiet(ENTRY, {"docker/entrypoint.sh": f"{SH}gunicorn a\n"}),
    "one that is called otherwise here": Quiet(
        'FROM python:3.13-slim\nCOPY b.sh /entrypoint.sh\nCMD ["/entrypoint.sh"]\n',
        {"entrypoint.sh": f"{SH}gunicorn a\n", "b.sh": f"{SH}exec gunicorn a\n"},
    ),
    "what is given, beside programs that are begun with exec": Quiet(
        ENTRY, {"entrypoint.sh": f'{SH}case $1 in\n  web) exec uvicorn a:b ;;\n  shell) "$@" ;;\nesac\n'}
    ),
    "a program": Quiet(f'{FROM}CMD ["gunicorn", "a:b"]\n', {"entrypoint.sh": f"{SH}gunicorn a\n"}),
}

test_fires, test_quiet = rule_tests("script-without-exec", FIRES, QUIET)
