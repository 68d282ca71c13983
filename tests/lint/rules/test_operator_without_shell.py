from tests.lint.cases import Fires, rule_tests

FROM = "FROM nginx:1.29\n"

FIRES = {
    "a probe": Fires(
        f'{FROM}HEALTHCHECK CMD ["curl", "-f", "http://a/", "||", "exit 1"]',
        '"||"',
        f'{FROM}HEALTHCHECK CMD ["curl", "-f", "http://a/"]',
    ),
    "in three words": Fires(
        f'{FROM}HEALTHCHECK --interval=5s \\\n  CMD ["a", "||", "exit", "1"]',
        '"||"',
        f'{FROM}HEALTHCHECK --interval=5s \\\n  CMD ["a"]',
    ),
    "two commands": Fires(f'{FROM}CMD ["a", "&&", "b"]', '"&&"', says="argument of a"),
    "a shell with words of its own": Fires(f'{FROM}ENTRYPOINT ["sh", "-c", "a", "&&", "b"]', '"&&"'),
}
QUIET = {
    "a shell": f'{FROM}CMD ["sh", "-c", "a && b || exit 1"]',
    "a script and its arguments": f'{FROM}CMD ["/bin/bash", "-c", "a $1", "x", "|"]',
    "the shell form": f"{FROM}CMD a && b",
    "a probe of the shell": f"{FROM}HEALTHCHECK CMD curl -f http://a/ || exit 1",
    "a separator": f'{FROM}CMD ["cut", "-d", "|", "-f1"]',
    "find": f'{FROM}RUN ["find", "/", "-exec", "rm", "{{}}", ";"]',
    "a part of a word": f'{FROM}CMD ["grep", "a||b"]',
    "no probe": f"{FROM}HEALTHCHECK NONE",
}

test_fires, test_quiet = rule_tests("operator-without-shell", FIRES, QUIET)
