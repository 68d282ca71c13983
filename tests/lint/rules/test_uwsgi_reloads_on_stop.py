from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"
CMD = f'{FROM}COPY uwsgi.ini .\nCMD ["uwsgi", "--ini", "uwsgi.ini"]\n'

FIRES = {
    "options": Fires(
        f'{FROM}CMD ["uwsgi", "--master", "--http", ":80", "-w", "a"]',
        '"uwsgi"',
        f'{FROM}CMD ["uwsgi", "--die-on-term", "--master", "--http", ":80", "-w", "a"]',
    ),
    "a file": Fires(
        CMD,
        '"uwsgi"',
        CMD.replace('"uwsgi", "--ini"', '"uwsgi", "--die-on-term", "--ini"'),
        {"uwsgi.ini": "[uwsgi]\nmaster = true\nhttp = :80\n"},
    ),
}
QUIET = {
    "told so": f'{FROM}CMD ["uwsgi", "--die-on-term", "--master", "--http", ":80"]',
    "told so in the file": Quiet(CMD, {"uwsgi.ini": "[uwsgi]\nmaster = true\ndie-on-term = true\n"}),
    "a file that includes another": Quiet(CMD, {"uwsgi.ini": "[uwsgi]\nmaster = true\ninclude = b.ini\n"}),
    "a file that is not there": f'{FROM}CMD ["uwsgi", "/etc/uwsgi.ini"]',
    "another signal": f'{FROM}STOPSIGNAL SIGINT\nCMD ["uwsgi", "--master", "--http", ":80"]',
    "a variable": f'{FROM}ENV UWSGI_DIE_ON_TERM=1\nCMD ["uwsgi", "--master", "--http", ":80"]',
    "no master process": f'{FROM}CMD ["uwsgi", "--http", ":80"]',
    "another server": f'{FROM}CMD ["gunicorn", "a:b"]',
    "what nobody knows": f"{FROM}CMD exec uwsgi $OPTIONS",
}

test_fires, test_quiet = rule_tests("uwsgi-reloads-on-stop", FIRES, QUIET)
