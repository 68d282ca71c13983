from tests.lint.cases import Fires, rule_tests

FROM = "FROM python:3.13-slim\n"

FIRES = {
    "a long option": Fires(
        f'{FROM}CMD ["gunicorn", "--bind 0.0.0.0:8000", "a:b"]',
        '"--bind 0.0.0.0:8000"',
        f'{FROM}CMD ["gunicorn", "--bind", "0.0.0.0:8000", "a:b"]',
        severity="error",
    ),
    "a short option": Fires(
        f'{FROM}ENTRYPOINT ["uv", "run", "--no-sync", "gunicorn", "-w 4", "a:b"]',
        '"-w 4"',
        f'{FROM}ENTRYPOINT ["uv", "run", "--no-sync", "gunicorn", "-w", "4", "a:b"]',
        severity="warning",
    ),
}
QUIET = {
    "two items": f'{FROM}CMD ["gunicorn", "--bind", "0.0.0.0:8000", "a:b"]',
    "a shell": f"{FROM}CMD gunicorn --bind 0.0.0.0:8000 a:b",
    "a program that reads its options itself": f'{FROM}CMD ["java", "-D x=1"]',
    "code": f'{FROM}CMD ["python", "-c", "- 1"]',
    "a value with a blank": f'{FROM}CMD ["gunicorn", "--name", "the shop", "a:b"]',
    "a script for a shell": f'{FROM}CMD ["sh", "-c", "gunicorn --bind 0.0.0.0:8000"]',
}

test_fires, test_quiet = rule_tests("merged-argument", FIRES, QUIET)
