from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "pip": Fires(f"{FROM}RUN pip install --trusted-host a.example b\n", "--trusted-host a.example"),
    "curl": Fires(f"{FROM}RUN curl -fsSLk https://a.example/b -o b\n", "-fsSLk"),
    "wget": Fires(f"{FROM}RUN a && wget --no-check-certificate https://a.example/b\n", "--no-check-certificate"),
    "git": Fires(f"{FROM}RUN git -c http.sslVerify=false clone https://a.example/b\n", "http.sslVerify=false"),
    "a variable": Fires(f"{FROM}ENV A=1 PYTHONHTTPSVERIFY=0\n", "PYTHONHTTPSVERIFY=0"),
    "apt": Fires(
        f"{FROM}RUN apt-get install -y --allow-unauthenticated a\n", "--allow-unauthenticated", says="signature"
    ),
    "a repository": Fires(
        f'{FROM}RUN echo "deb [trusted=yes] https://a.example/ b main" > /etc/apt/sources.list.d/a.list\n',
        '"deb [trusted=yes] https://a.example/ b main"',
    ),
}
QUIET = {
    "pip": f"{FROM}RUN pip install --index-url https://a.example b",
    "pip, of the machine itself": f"{FROM}RUN pip install --trusted-host localhost b",
    "curl": f"{FROM}RUN curl -fsSL https://a.example/b -o b",
    "curl, a value": f"{FROM}RUN curl -okey https://a.example/key",
    "curl, of the machine itself": f"{FROM}RUN curl -k https://localhost:8443/",
    "curl, a health check": f"{FROM}HEALTHCHECK CMD curl -fk https://localhost:8443/",
    "wget": f"{FROM}RUN wget -q https://a.example/b",
    "git": f"{FROM}RUN git config --global http.sslVerify true",
    "a variable that leaves it on": f"{FROM}ENV PYTHONHTTPSVERIFY=1 GIT_SSL_NO_VERIFY=false",
    "an empty variable": f"{FROM}ARG PIP_TRUSTED_HOST=",
    "an argument without a value": f"{FROM}ARG PIP_TRUSTED_HOST",
    "a package that lies there": "FROM alpine:3.22\nRUN apk add --allow-untrusted /tmp/glibc.apk",
    "apt": f"{FROM}RUN apt-get install -y a",
    "a signed repository": f'{FROM}RUN echo "deb [signed-by=/a.gpg] https://a.example/ b main" > /etc/apt/sources.list.d/a.list',
}

test_fires, test_quiet = rule_tests("certificate-not-checked", FIRES, QUIET)
