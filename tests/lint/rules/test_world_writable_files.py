from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "a number": Fires(
        f"{FROM}RUN mkdir /a && chmod -R 777 /tmp /a\n",
        "777",
        f"{FROM}RUN mkdir /a && chmod -R 755 /tmp /a\n",
        says="`/a`",
    ),
    "a number with a zero": Fires(f"{FROM}RUN chmod 0666 /a /b\n", "0666", f"{FROM}RUN chmod 0644 /a /b\n"),
    "letters": Fires(f"{FROM}RUN chmod -R a+rwX /a\n", "a+rwX"),
    "others": Fires(f"{FROM}RUN chmod u+x,o+w /a\n", "u+x,o+w"),
    "a copy": Fires(f"{FROM}COPY --chmod=777 a /a\n", "777", f"{FROM}COPY --chmod=755 a /a\n"),
}
QUIET = {
    "executable": f"{FROM}RUN chmod +x /a && chmod a+x /b",
    "readable": f"{FROM}RUN chmod 755 /a",
    "the group": f"{FROM}RUN chmod -R g=u /a && chmod 775 /b && chmod g+w /c",
    "sticky": f"{FROM}RUN chmod 1777 /a",
    "temporary files": f"{FROM}RUN chmod 777 /tmp /tmp/a",
    "taken from others": f"{FROM}RUN chmod o-w /a && chmod go-rwx /b",
    "another stage": f"{FROM}RUN chmod 777 /a\nFROM python:3.13",
    "a copy that is readable": f"{FROM}COPY --chmod=0755 a /a",
    "a mode that nobody knows": f"{FROM}RUN chmod $MODE /a",
    "a number of something else": f"{FROM}RUN chown 777 /a",
}

test_fires, test_quiet = rule_tests("world-writable-files", FIRES, QUIET)
