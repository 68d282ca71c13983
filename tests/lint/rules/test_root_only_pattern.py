from tests.lint.cases import Fires, Quiet, rule_tests

FIRES = {
    "bytecode": Fires("__pycache__/\n", "__pycache__/", "**/__pycache__/\n", {"src/a.py": ""}, severity="warning"),
    "a secret": Fires("# x\n  .env \n", ".env", "# x\n  **/.env \n", {"backend/.env": ""}, severity="error"),
    "an environment": Fires(".venv", ".venv", "**/.venv", {"a/main.py": "", "a/.venv/pyvenv.cfg": ""}),
}
QUIET = {
    "everywhere": Quiet("**/__pycache__\n", {"src/a.py": ""}),
    "the root by its own words": Quiet(
        "/*.pem\n/.venv\n/__pycache__", {"src/a.pem": "", "src/a.py": "", "src/.venv/pyvenv.cfg": ""}
    ),
    "an example": Quiet(".env.*\n", {"web/.env.example": ""}),
    "of tests": Quiet("*.key\n", {"app/tests/fixtures/a.key": ""}),
    "nothing below": Quiet("__pycache__\n.env\n", {"a.py": "", ".env": ""}),
    "left out by another pattern": Quiet("src\n__pycache__\n", {"src/a.py": ""}),
    "both": Quiet("__pycache__\n**/__pycache__\n", {"src/a.py": ""}),
    "taken back": Quiet("!__pycache__\n", {"src/a.py": ""}),
    "a name that may be meant so": Quiet("docs\n", {"src/docs/a": ""}),
}

test_fires, test_quiet = rule_tests("root-only-pattern", FIRES, QUIET)
