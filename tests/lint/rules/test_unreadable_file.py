from tests.lint.cases import Fires, Quiet, rule_tests

FIRES = {
    "a here-document without an end": Fires("FROM a\nRUN <<EOF\nb\n", "<<EOF"),
    "an unknown instruction": Fires("FROM a\nRUM b\n", "RUM"),
    "no YAML": Fires("a: [", "", path="compose.yaml"),
}
QUIET = {
    "a here-document": "FROM a\nRUN <<EOF\nb\nEOF\n",
    "an array that is none": "FROM a\nRUN ['b']\n",
    "a comment in an instruction": "FROM a\nRUN b \\\n# c\n  d\n",
    "nothing but blanks behind it": "FROM a\n\n  \n",
    "YAML": Quiet("a: [1]\n", path="compose.yaml"),
    "no YAML at all": Quiet("", path="compose.yaml"),
}

test_fires, test_quiet = rule_tests("unreadable-file", FIRES, QUIET)
