from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"
MOUNT = "--mount=type=secret,id=T,env=T"

FIRES = {
    "an argument": Fires(
        f"{FROM}ARG T\nRUN pip install -i https://u:${{T}}@a.example/simple b\n",
        "${T}",
        f"{FROM}RUN {MOUNT} pip install -i https://u:${{T}}@a.example/simple b\n",
        says="argument T",
    ),
    "an argument, used twice": Fires(f"{FROM}ARG T\nRUN a $T\nRUN git clone https://oauth2:$T@git.example/b\n", "$T"),
    "written out": Fires(
        f"{FROM}RUN pip install \\\n    # the index\n    -i https://ci:Zq8rT2pL9@a.example/simple b\n", "Zq8rT2pL9"
    ),
    "a variable of the image": Fires(
        f"{FROM}ARG T\nENV PIP_INDEX_URL=https://u:$T@a.example/simple\n", "$T", says="history"
    ),
    "a known kind of token": Fires(
        f"{FROM}ADD https://ghp_0123456789abcdef@git.example/b.git /b\n", "ghp_0123456789abcdef"
    ),
}
QUIET = {
    "a secret mount": f"{FROM}RUN {MOUNT} pip install -i https://u:$T@a.example/simple b",
    "the shell reads it": f"{FROM}RUN --mount=type=secret,id=T T=$(cat /run/secrets/T) && pip install -i https://u:$T@a.example b",
    "a substitution": f"{FROM}RUN pip install -i https://u:$(cat /run/secrets/t)@a.example b",
    "a name that says it": f"{FROM}ARG GIT_TOKEN\nRUN git clone https://u:$GIT_TOKEN@git.example/b",
    "a user alone": f"{FROM}RUN git clone ssh://git@git.example/b",
    "a user's name that an argument gives": f"{FROM}ARG USER\nRUN git clone ssh://$USER@git.example/b",
    "a placeholder": f"{FROM}ENV DATABASE_URL=postgres://user:password@db/app",
    "the user's name again": f"{FROM}ENV DATABASE_URL=postgres://shop_owner:shop_owner@db/app",
    "nowhere": f"{FROM}RUN DATABASE_URL=postgres://u:Zq8rT2pL9@localhost/app python manage.py collectstatic",
    "a variable that nobody knows": f"{FROM}RUN git clone https://u:$T@git.example/b",
    "a port": f"{FROM}RUN curl http://a.example:8000/b@c",
    "a comment": f"{FROM}RUN a \\\n    # https://u:Zq8rT2pL9@a.example\n    b",
}

test_fires, test_quiet = rule_tests("password-in-url", FIRES, QUIET)
