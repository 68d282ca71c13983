from tests.lint.cases import Fires, rule_tests


def probe(test: str) -> str:
    return f"services:\n  db:\n    image: registry.example/db\n    healthcheck:\n      test: {test}\n"


FIRES = {
    "a line as a program": Fires(
        probe('["CMD", "pg_isready -U a"]'), '"pg_isready -U a"', probe('["CMD-SHELL", "pg_isready -U a"]')
    ),
    "in lines": Fires(probe("\n        - CMD\n        - a b"), "a b", probe("\n        - CMD-SHELL\n        - a b")),
    "arguments of a shell": Fires(
        probe("['CMD-SHELL', 'redis-cli', 'ping']"), "'CMD-SHELL'", probe("['CMD', 'redis-cli', 'ping']")
    ),
    "arguments with a variable": Fires(probe('["CMD-SHELL", "pg_isready", "-U", "$$USER"]'), '"CMD-SHELL"'),
    "no beginning": Fires(probe('["curl", "-f", "http://a"]'), '"curl"', probe('["CMD", "curl", "-f", "http://a"]')),
    "no beginning of a line": Fires(
        probe('["curl -f http://a"]'), '"curl -f http://a"', probe('["CMD-SHELL", "curl -f http://a"]')
    ),
    "no beginning, in lines": Fires(probe("\n        - curl\n        - http://a"), "curl"),
}
QUIET = {
    "a program": probe('["CMD", "pg_isready", "-U", "a"]'),
    "a program alone": probe('["CMD", "/healthy"]'),
    "a blank at its end": probe('["CMD", "/opt/healthy.sh "]'),
    "a shell": probe('["CMD-SHELL", "pg_isready -U $$USER || exit 1"]'),
    "none": probe('["NONE"]'),
    "a text": probe("pg_isready -U a"),
    "a variable": probe('["$KIND", "a b"]'),
    "nothing": probe("[]"),
    "disabled": "services:\n  db:\n    image: a\n    healthcheck:\n      disable: true\n",
    "no check": "services:\n  db:\n    image: a\n",
    "a shell of its own": probe('["CMD", "sh", "-c", "a && b"]'),
    "merged": "x: &x\n  test: [CMD, a]\nservices:\n  db:\n    image: a\n    healthcheck:\n      <<: *x\n",
    "one text": probe('["CMD-SHELL", "a"]'),
    "a number": probe('["CMD", "test", 1]'),
}

test_fires, test_quiet = rule_tests("malformed-healthcheck", FIRES, QUIET)
