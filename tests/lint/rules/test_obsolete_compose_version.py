from tests.lint.cases import Fires, rule_tests

SERVICES = "services:\n  db:\n    image: postgres:17\n"

FIRES = {
    "at the top": Fires(f'version: "3.8"\n\n{SERVICES}', 'version: "3.8"', SERVICES),
    "at the end": Fires(f"# a\n{SERVICES}version: '3'\n", "version: '3'", f"# a\n{SERVICES}"),
    "in one line": Fires("{version: 3, services: {db: {image: postgres}}}", "version: 3"),
}
QUIET = {
    "none": SERVICES,
    "of a service": "services:\n  db:\n    image: postgres:17\n    labels:\n      version: 3\n",
    "an extension": f"x-version: 3\n{SERVICES}",
    "no compose file": 'version: "3"\n',
    "a service of that name": "services:\n  version:\n    image: postgres:17\n",
    "a name": f"name: version\n{SERVICES}",
}

test_fires, test_quiet = rule_tests("obsolete-compose-version", FIRES, QUIET)
