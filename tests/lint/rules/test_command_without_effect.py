from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\nUSER 1000\n"

FIRES = {
    "two commands": Fires(f'{FROM}CMD ["a"]\n# b\nCMD ["b"]\n', "CMD", f'{FROM}# b\nCMD ["b"]\n', says="line 5"),
    "two health checks": Fires(
        f"{FROM}HEALTHCHECK --interval=5s \\\n  CMD a\nHEALTHCHECK NONE\n", "HEALTHCHECK", f"{FROM}HEALTHCHECK NONE\n"
    ),
    "with a comment between its lines": Fires(
        f"{FROM}ENTRYPOINT \\\n  # why\n  exec a\nENTRYPOINT exec b\n", "ENTRYPOINT"
    ),
    "a shell's entry point": Fires(f'{FROM}ENTRYPOINT exec a\nCMD ["b"]\n', "CMD", says="hand it on"),
}
QUIET = {
    "one of each": f'{FROM}HEALTHCHECK CMD c\nENTRYPOINT ["a"]\nCMD ["b"]',
    "in two stages": f'{FROM[:-1]}\nCMD ["a"]\n{FROM}CMD ["b"]',
    "in the stage below": 'FROM python:3.13 AS a\nCMD ["a"]\nFROM a\nCMD ["b"]',
    "a shell's entry point with its arguments": f'{FROM}ENTRYPOINT exec a "$0" "$@"\nCMD ["b"]',
    "with the first of them": f'{FROM}ENTRYPOINT exec a ${{1}}\nCMD ["b"]',
    "a shell's entry point alone": f"{FROM}ENTRYPOINT exec a",
    "a shell's command": f'{FROM}ENTRYPOINT ["a"]\nCMD b',
    "several RUN": f"{FROM}RUN a\nRUN b",
}

test_fires, test_quiet = rule_tests("command-without-effect", FIRES, QUIET)
