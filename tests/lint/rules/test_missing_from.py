"""Nothing says what the image is made from."""

from tests.lint.cases import Fires, rule_tests

FIRES = {
    "a part": Fires('RUN echo well\nCMD ["true"]\n', at="RUN"),
    "behind arguments": Fires("ARG VERSION\nENV A=1\n", at="ENV"),
}

QUIET = {
    "a whole one": "FROM python:3.13-slim\nRUN echo well\n",
    "arguments alone": "ARG VERSION\n",
    "nothing": "",
    "a comment": "# nothing\n",
}

test_fires, test_quiet = rule_tests("missing-from", FIRES, QUIET)
