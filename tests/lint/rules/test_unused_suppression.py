from tests.lint.cases import Fires, checked, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "a rule that does not exist": Fires(f"{FROM}# pottle: ignore[pip-cash-in-layer] why\nRUN a", "pip-cash-in-layer"),
    "no rule": Fires(f"{FROM}# pottle: ignore\nRUN a", "pottle: ignore"),
}
QUIET = {
    "a rule that was not asked": f"{FROM}# pottle: ignore[pip-cache-in-layer]\nRUN a",
    "somebody else's": f"{FROM}# hadolint ignore=DL3042\nRUN a",
    "BuildKit's": f"# check=skip=JSONArgsRecommended\n{FROM}RUN a",
    "no comment": f"{FROM}RUN echo pottle: ignore",
}

test_fires, test_quiet = rule_tests("unused-suppression", FIRES, QUIET)


def test_one_of_several_rules():
    text = f"{FROM}# pottle: ignore[pip-cache-in-layer, uv-pip-without-environment]\nRUN pip install a\n"
    found = [each for each in checked(text).diagnostics if each.rule == "unused-suppression"]
    assert [text[each.span.start : each.span.end] for each in found] == ["uv-pip-without-environment"]
