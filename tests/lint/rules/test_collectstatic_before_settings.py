from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim-trixie AS web\nWORKDIR /app\nCOPY . .\n"
COLLECT = "RUN python manage.py collectstatic --noinput\n"
ENV = "ENV DJANGO_SETTINGS_MODULE=shop.settings.production\n"
MANAGE = 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.local")\n'

FIRES = {
    "manage.py": Fires(
        f"{FROM}{COLLECT}{ENV}", "python manage.py collectstatic --noinput", says="shop.settings.production"
    ),
    "another fallback": Fires(
        f"{FROM}RUN ./manage.py collectstatic\n{ENV}", "./manage.py collectstatic", files={"manage.py": MANAGE}
    ),
    "in a stage above": Fires(
        f"{FROM}RUN uv run manage.py collectstatic\nFROM web\n{ENV}", "uv run manage.py collectstatic"
    ),
}
QUIET = {
    "set before": f"{FROM}{ENV}{COLLECT}",
    "never set": f"{FROM}{COLLECT}",
    "given": f"{FROM}RUN DJANGO_SETTINGS_MODULE=shop.settings.build python manage.py collectstatic\n{ENV}",
    "an argument": f"{FROM}ARG DJANGO_SETTINGS_MODULE=a.b\n{COLLECT}{ENV}",
    "an option": f"{FROM}RUN python manage.py collectstatic --settings=shop.settings.build\n{ENV}",
    "the same": Quiet(f"{FROM}{COLLECT}{ENV}", {"manage.py": MANAGE.replace("local", "production")}),
    "another command": f"{FROM}RUN python manage.py compilemessages\n{ENV}",
    "another stage": f"{FROM}{COLLECT}FROM python:3.13\n{ENV}",
}

test_fires, test_quiet = rule_tests("collectstatic-before-settings", FIRES, QUIET)
