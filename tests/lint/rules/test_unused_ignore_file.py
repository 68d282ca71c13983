from tests.lint.cases import Fires, Quiet, rule_tests


def compose(context: str, dockerfile: str = "Dockerfile") -> str:
    return f"services:\n  web:\n    build:\n      context: {context}\n      dockerfile: {dockerfile}\n"


FROM = "FROM python:3.13-slim\n"
ROOT = {"web/Dockerfile": FROM, "compose.yaml": compose(".", "web/Dockerfile")}
OWN = {"web/Dockerfile": FROM, "compose.yaml": compose("web")}

FIRES = {
    "the context is above": Fires(
        "# a\n**/.env\n", "**/.env", files=ROOT, path="web/.dockerignore", says="context is `.`"
    ),
    "of no Dockerfile": Fires("**/.env", "**/.env", path="web.dockerignore", says="no `web`"),
    "the context is elsewhere": Fires(
        "a\nb\n",
        "a",
        files={"docker/Dockerfile": FROM, "docker/compose.yml": compose("../web", "../docker/Dockerfile")},
        path="docker/.dockerignore",
        says="`web`",
    ),
}
QUIET = {
    "the context": Quiet("**/.env", OWN, "web/.dockerignore"),
    "the root": Quiet("**/.env", ROOT),
    "no compose file": Quiet("**/.env", {"web/Dockerfile": FROM}, "web/.dockerignore"),
    "one of two": Quiet("**/.env", {**ROOT, "web/compose.yaml": compose(".")}, "web/.dockerignore"),
    "another Dockerfile's": Quiet(
        "**/.env", {"Dockerfile": FROM, "web/Dockerfile": FROM, "compose.yaml": compose(".")}, "web/.dockerignore"
    ),
    "beside its Dockerfile": Quiet("**/.env", {"web.Dockerfile": FROM}, "web.Dockerfile.dockerignore"),
    "nothing in it": Quiet("# a\n", ROOT, "web/.dockerignore"),
    "a context from the network": Quiet(
        "a", {"web/Dockerfile": FROM, "compose.yaml": compose("https://x.example/a.git")}, "web/.dockerignore"
    ),
}

test_fires, test_quiet = rule_tests("unused-ignore-file", FIRES, QUIET)
