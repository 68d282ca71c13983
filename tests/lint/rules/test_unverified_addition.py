from tests.lint.cases import Fires, rule_tests

FROM = "FROM debian:trixie-slim\n"

FIRES = {
    "a file": Fires(f"{FROM}ADD --chmod=755 https://a.example/b /b\n", "https://a.example/b", severity="warning"),
    "a version": Fires(f"{FROM}ADD https://a.example/v1.2.3/b /b\n", "https://a.example/v1.2.3/b", severity="info"),
    "a version that an argument gives": Fires(
        f"{FROM}ARG B_VERSION\nADD https://a.example/$B_VERSION/b /b\n",
        "https://a.example/$B_VERSION/b",
        severity="info",
    ),
    "no certificate": Fires(
        f'{FROM}ADD ["http://a.example/1.2/b", "/b"]\n', '"http://a.example/1.2/b"', severity="warning"
    ),
}
QUIET = {
    "a checksum": f"{FROM}ADD --checksum=sha256:{'0' * 64} https://a.example/b /b",
    "a repository": f"{FROM}ADD https://a.example/b.git#v1 /b",
    "a repository by SSH": f"{FROM}ADD git@a.example:b.git /b",
    "a file of the context": f"{FROM}ADD b.tar.gz /b",
    "a copy": f"{FROM}COPY b /b",
    "another command": f"{FROM}RUN curl -O https://a.example/b",
    "a here-document": f"{FROM}ADD <<EOF /b\nhttps://a.example/b\nEOF\n",
    "a URL that nobody knows": f"{FROM}ARG URL\nADD $URL /b",
}

test_fires, test_quiet = rule_tests("unverified-addition", FIRES, QUIET)
