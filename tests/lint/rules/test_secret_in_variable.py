from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "a value": Fires(f"{FROM}ENV A=1 API_KEY=sk-93jfk20dkfjw\n", "sk-93jfk20dkfjw", severity="error"),
    "an argument": Fires(
        f"{FROM}ARG GITHUB_TOKEN\nRUN git clone https://x.example/$GITHUB_TOKEN\n",
        "GITHUB_TOKEN",
        f"{FROM}RUN --mount=type=secret,id=GITHUB_TOKEN,env=GITHUB_TOKEN git clone https://x.example/$GITHUB_TOKEN\n",
        says="argument GITHUB_TOKEN",
    ),
    "an argument that every RUN sees": Fires(
        f"{FROM}ARG UV_INDEX_SHOP_PASSWORD=\nRUN uv sync\nRUN a\n", "UV_INDEX_SHOP_PASSWORD"
    ),
    "of an argument": Fires(f"{FROM}ARG KEY\nENV SECRET_KEY=$KEY\n", "SECRET_KEY", says="KEY"),
    "of an argument that is one itself": Fires(f"{FROM}ARG A_TOKEN\nRUN a\nENV B_TOKEN=${{A_TOKEN}}\n", "B_TOKEN"),
    "another stage": Fires(f"{FROM}ARG HF_TOKEN\nRUN a\nFROM python:3.13\n", "HF_TOKEN", severity="warning"),
    "of a frontend that cannot mount it so": Fires(
        f"# syntax=docker/dockerfile:1.4\n{FROM}ARG A_TOKEN\nRUN a $A_TOKEN\n", "A_TOKEN"
    ),
    "written into the argument": Fires(f"{FROM}ARG DB_PASSWORD='Zq8rT2pL9'\n", "'Zq8rT2pL9'"),
}
QUIET = {
    "empty": f"{FROM}ENV DATABASE_PASSWORD=",
    "a placeholder": f'{FROM}ENV SECRET_KEY="change-me"',
    "for the build": f"{FROM}ENV SECRET_KEY=dummy-for-collectstatic",
    "a path": f"{FROM}ENV JWT_SECRET=/run/secrets/jwt",
    "a file": f"{FROM}ENV DB_PASSWORD_FILE=Zq8rT2pL9",
    "something about tokens": f"{FROM}ENV TOKEN_LIFETIME=86400s",
    "a lifetime": f"{FROM}ENV ACCESS_TOKEN_EXPIRE_MINUTES=600000",
    "a public key": f"{FROM}ENV STRIPE_PUBLIC_TOKEN=pk_93jfk20dkfjw",
    "one for browsers": f"{FROM}ENV VITE_API_KEY=pk_93jfk20dkfjw",
    "an argument that no RUN sees": f"{FROM}RUN a\nARG TOKEN\nLABEL a=b",
    "a secret mount": f"{FROM}RUN --mount=type=secret,id=TOKEN,env=TOKEN a $TOKEN",
    "a variable of one command": f"{FROM}RUN SECRET_KEY=Zq8rT2pL9 python manage.py collectstatic",
    "no value": f"{FROM}ENV SECRET_KEY=0",
    "a lookup": f"{FROM}ENV API_TOKEN=https://vault.example/a/token",
    "another name": f"{FROM}ENV TOKENIZERS_PARALLELISM=false KEYBOARD=qwertz",
    "an argument with a placeholder": f"{FROM}ARG SECRET_KEY=build-only\nENV SECRET_KEY=$SECRET_KEY\nRUN a",
}

test_fires, test_quiet = rule_tests("secret-in-variable", FIRES, QUIET)
