from tests.lint.cases import Fires, Quiet, rule_tests


def service(entry: str, more: str = "") -> str:
    return f"services:\n  db:\n    image: shop\n    environment:\n      {entry}\n{more}"


FROM_FILE = "  pg:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/p\n"
FIRES = {
    "a table": Fires(service("POSTGRES_PASSWORD: Tr0ub4dor&3"), "POSTGRES_PASSWORD: Tr0ub4dor&3"),
    "a list": Fires(service("- API_KEY=sk-9f3b27aa61"), "API_KEY=sk-9f3b27aa61"),
    "a URL": Fires(
        service("URL: postgres://shop:Zx81-Spectrum@pg/shop"),
        "URL: postgres://shop:Zx81-Spectrum@pg/shop",
        says="in the URL",
    ),
    "a URL, and the database reads a file": Fires(
        service("- DATABASE_URL=postgresql://user:pass@pg/app", FROM_FILE),
        "DATABASE_URL=postgresql://user:pass@pg/app",
        says="from a file",
    ),
}
QUIET = {
    "a variable": service("POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}"),
    "of the environment": service("POSTGRES_PASSWORD:"),
    "a file": service("POSTGRES_PASSWORD_FILE: /run/secrets/db-9f3b27aa61"),
    "no secret": service("POSTGRES_PASSWORD: postgres123"),
    "a key that is published for tests": service("CAPTCHA_SECRET_KEY: 1x0000000000000000000000000000000AA"),
    "a word": service("POSTGRES_PASSWORD: changeit"),
    "the user's name": service("PGUSER: shopOwner7\n      PGPASSWORD: shopOwner7"),
    "another name": service("BUILD_ID: 9f3b27aa61Tr0ub4"),
    "for development": Quiet(service("API_KEY: sk-9f3b27aa61"), path="compose.dev.yaml"),
    "a URL without a password": service("URL: postgres://shop@pg/shop", FROM_FILE),
    "a URL of elsewhere": service("URL: postgres://user:pass@db.example/shop", FROM_FILE),
}

test_fires, test_quiet = rule_tests("password-in-compose-file", FIRES, QUIET)
