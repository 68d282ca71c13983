from tests.lint.cases import Fires, rule_tests


def service(line: str) -> str:
    return f"services:\n  web:\n    image: shop\n    {line}\n"


FIRES = {
    "two commands": Fires(
        service("command: python manage.py migrate && gunicorn a:b"),
        "python manage.py migrate && gunicorn a:b",
        service('command: sh -c "python manage.py migrate && exec gunicorn a:b"'),
        says="`&&` is an argument of python",
    ),
    "with quotes": Fires(service("""command: 'a "b c" && d'"""), """'a "b c" && d'"""),
    "a semicolon": Fires(service("entrypoint: a; b"), "a; b"),
    "a pipe": Fires(service("command: a | tee x"), "a | tee x"),
    "a list": Fires(service('command: ["a", "&&", "b"]'), '"&&"'),
    "a probe": Fires(
        service('healthcheck: {test: ["CMD", "curl", "-f", "http://a", "||", "exit 1"]}'),
        '"||"',
        service('healthcheck: {test: ["CMD", "curl", "-f", "http://a"]}'),
    ),
    "a probe in lines": Fires(
        service("healthcheck:\n      test:\n        - CMD\n        - curl\n        - '||'\n        - exit 1"),
        "'||'",
        service("healthcheck:\n      test:\n        - CMD\n        - curl"),
    ),
}
QUIET = {
    "a shell": service('command: sh -c "a && b"'),
    "a shell that waits": service("entrypoint: /bin/sh -c 'trap exit TERM; while :; do sleep 1h & wait $${!}; done;'"),
    "a list with a shell": service('command: ["sh", "-c", "a && b"]'),
    "lines for a shell": service("command: >\n      sh -c '\n        a &&\n        b\n      '"),
    "a block in a list": service("command:\n      - bash\n      - -c\n      - |\n        a && b"),
    "one command": service("command: gunicorn --bind 0.0.0.0:8000 a:b"),
    "a probe of the shell": service('healthcheck: {test: ["CMD-SHELL", "a || exit 1"]}'),
    "a probe in one text": service("healthcheck: {test: a || exit 1}"),
    "a quoted operator": service("command: grep 'a && b' c"),
    "a separator": service('command: cut -d "|" a'),
    "quotes that do not end": service('command: "a \'b && c"'),
    "nothing": service("command:"),
    "find": service("command: find / -exec rm {} ';'"),
    "a word with it": service('command: ["a", "b&&c"]'),
}

test_fires, test_quiet = rule_tests("command-without-shell", FIRES, QUIET)
