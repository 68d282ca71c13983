from tests.lint.cases import Fires, Quiet, rule_tests

FIRES = {
    "a here-document without an end": Fires("FROM a\nRUN <<EOF\nb\n", "<<EOF"),
    "an unknown instruction": Fires("FROM a\nRUM b\n", "RUM"),
    "no compose file": Fires("- a\n", "-", path="compose.yaml", says="no mapping"),
    "no YAML": Fires("a: [", "", path="compose.yaml"),
}
QUIET = {
    "a here-document": "FROM a\nRUN <<EOF\nb\nEOF\n",
    "an array that is none": "FROM a\nRUN ['b']\n",
    "a comment in an instruction": "FROM a\nRUN b \\\n# c\n  d\n",
    "nothing but blanks behind it": "FROM a\n\n  \n",
    "an escaped end": "FROM a\nRUN echo '<<EOF'\n",
    "YAML": Quiet("a: [1]\n", path="compose.yaml"),
    "a compose file of nothing": Quiet("services: {}", path="compose.yaml"),
    "an empty override": Quiet("# nothing yet\n", path="compose.override.yaml"),
    "an ignore file of nothing": Quiet("", path=".dockerignore"),
}

test_fires, test_quiet = rule_tests("unreadable-file", FIRES, QUIET)
