from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\nENV PYTHONUNBUFFERED=1\nUSER 1000\n"

FIRES = {
    "single quotes": Fires(f"{FROM}CMD ['a', 'b c']\n", "['a', 'b c']", f'{FROM}CMD ["a", "b c"]\n'),
    "a comma that is missing": Fires(
        f'{FROM}ENTRYPOINT [ "python", "-m" "a" ]\n',
        '[ "python", "-m" "a" ]',
        f'{FROM}ENTRYPOINT ["python", "-m", "a"]\n',
    ),
    "a comma too many": Fires(f'{FROM}RUN ["a", "b",]\n', '["a", "b",]', f'{FROM}RUN ["a", "b"]\n'),
    "no end": Fires(f'{FROM}CMD ["a", "b"\n', '["a", "b"'),
    "of a health check": Fires(f"{FROM}HEALTHCHECK CMD ['a']\n", "['a']", f'{FROM}HEALTHCHECK CMD ["a"]\n'),
    "over lines": Fires(f"{FROM}CMD ['a', \\\n  'b']\n", "['a', \\\n  'b']"),
}
QUIET = {
    "an array": f'{FROM}CMD ["a", "b"]',
    "an empty one": f"{FROM}CMD []",
    "one over lines": f'{FROM}CMD ["a", \\\n  "b"]',
    "a test": f"{FROM}RUN [ -f x ] && a",
    "a test of a text": f'{FROM}RUN [ "$a" = "b" ] && c',
    "a test of an empty text": f'{FROM}RUN [ "$a" != "" ] || c',
    "a test with a number": f'{FROM}RUN [ "$a" -eq 1 ] || c',
    "bash's test": f'{FROM}RUN [[ "$a" == b ]] && c',
    "a text alone": f'{FROM}RUN [ "$a" ] && c',
    "a pattern": f"{FROM}COPY [abc].txt /",
    "plain words": f"{FROM}CMD a b",
    "a label": f"{FROM}LABEL a=['b']",
}

test_fires, test_quiet = rule_tests("malformed-exec-form", FIRES, QUIET)
