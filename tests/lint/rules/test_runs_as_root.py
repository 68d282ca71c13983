from tests.lint.cases import Fires, Quiet, rule_tests

FROM = "FROM python:3.13-slim\n"
ACCOUNT = "RUN useradd --create-home --uid 10001 app\nUSER 10001\n"

FIRES = {
    "no user": Fires(f'{FROM}# start\nCMD ["a"]\n', "CMD", f'{FROM}{ACCOUNT}# start\nCMD ["a"]\n'),
    "a user that is there": Fires(
        f'{FROM}RUN useradd -m -u 1000 app\nCMD ["a"]\n',
        "CMD",
        f'{FROM}RUN useradd -m -u 1000 app\nUSER 1000\nCMD ["a"]\n',
    ),
    "users that are there": Fires(f'{FROM}RUN useradd -m a && useradd -m b\nCMD ["a"]\n', "CMD"),
    "root again": Fires(f'{FROM}USER app\nUSER root\nENTRYPOINT ["a"]\n', "ENTRYPOINT"),
}
QUIET = {
    "a user": f'{FROM}USER 1000\nCMD ["a"]',
    "a user of the stage below": f'{FROM[:-1]} AS a\nUSER app\nFROM a\nCMD ["a"]',
    "nothing is started": f"{FROM}RUN a",
    "an image that nobody knows": 'FROM registry.example/base\nCMD ["a"]',
    "a user that an argument names": f'{FROM}ARG U\nUSER $U\nCMD ["a"]',
    "Apache": f'{FROM}CMD ["/usr/sbin/apache2ctl", "-D", "FOREGROUND"]',
    "dnsmasq": f'{FROM}CMD ["dnsmasq", "--keep-in-foreground"]',
    "gosu": f'{FROM}ENTRYPOINT ["gosu", "app", "a"]',
    "an init without a program": f'{FROM}ENTRYPOINT ["/tini", "--"]',
    "a server that changes it": f'{FROM}CMD ["gunicorn", "--user", "www-data", "a:b"]',
    "an init that changes it": f'{FROM}ENTRYPOINT ["/init"]',
    "a script that changes it": Quiet(f'{FROM}ENTRYPOINT ["/entrypoint.sh"]', {"entrypoint.sh": "exec su-exec app $@"}),
    "a script that nobody can read": f'{FROM}ENTRYPOINT ["/usr/bin/entrypoint.sh"]',
}

test_fires, test_quiet = rule_tests("runs-as-root", FIRES, QUIET)
