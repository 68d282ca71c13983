from tests.lint.cases import Fires, rule_tests


def service(image: str, port: str) -> str:
    return f"services:\n  db:\n    image: {image}\n    ports:\n      - {port}\n"


FIRES = {
    "quoted": Fires(
        service("postgres:17", '"5432:5432"'), '"5432:5432"', service("postgres:17", '"127.0.0.1:5432:5432"')
    ),
    "plain": Fires(
        service("docker.io/library/redis", "16379:6379"),
        "16379:6379",
        service("docker.io/library/redis", '"127.0.0.1:16379:6379"'),
    ),
    "for tests": Fires(
        service("postgres:17", '"5432:5432"'),
        '"5432:5432"',
        service("postgres:17", '"127.0.0.1:5432:5432"'),
        path="compose.test.yaml",
        severity="info",
    ),
    "a table": Fires(service("postgis/postgis", "{ target: 5432, published: 5432 }"), "published"),
}
QUIET = {
    "the loopback": service("postgres:17", '"127.0.0.1:5432:5432"'),
    "a table with an address": service("postgres", "{ target: 5432, published: 5432, host_ip: 127.0.0.1 }"),
    "not published": service("postgres:17", '"5432"'),
    "another port": service("elasticsearch", '"9300:9300"'),
    "no database": service("registry.example/shop", '"5432:5432"'),
    "no ports": "services:\n  db:\n    image: postgres\n",
    "the loopback of IPv6": service("mysql:9", '"[::1]:3306:3306"'),
    "no services": "x: 1\n",
}

test_fires, test_quiet = rule_tests("public-database-port", FIRES, QUIET)
