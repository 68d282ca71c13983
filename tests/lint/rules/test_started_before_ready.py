from tests.lint.cases import Fires, Quiet, rule_tests

FILES = {"Dockerfile": 'FROM python:3.13-slim\nCMD ["python", "main.py"]\n'}
WEB = "services:\n  web:\n    build: .\n"
DB = "  db:\n    image: postgres:17\n"
CHECK = "    healthcheck:\n      test: pg_isready\n"
LIST = "    depends_on:\n      - db\n"
TABLE = "    depends_on:\n      db:\n        condition: service_healthy\n"

FIRES = {
    "a list": Fires(f"{WEB}{LIST}{DB}", "db", files=FILES, says="`web` is started before `db`"),
    "a list, and there is a healthcheck": Fires(f"{WEB}{LIST}{DB}{CHECK}", "db", f"{WEB}{TABLE}{DB}{CHECK}", FILES),
    "two": Fires(
        f"{WEB}    depends_on:\n      - mail\n      - db\n{DB}{CHECK}  mail:\n    image: mail\n",
        "db",
        f"{WEB}    depends_on:\n      mail:\n        condition: service_started\n      db:\n        condition: service_healthy\n"
        f"{DB}{CHECK}  mail:\n    image: mail\n",
        FILES,
    ),
    "its own command": Fires(f"{WEB}    command: gunicorn a:b\n    depends_on: [db]\n{DB}", "db"),
    "a reloader, which waits for a file to change": Fires(
        f"{WEB}    command: uvicorn a:b --reload\n    depends_on: [db]\n{DB}", "db"
    ),
    "started": Fires(f"{WEB}    depends_on: {{db: {{condition: service_started}}}}\n{DB}", "db", files=FILES),
}
QUIET = {
    "healthy": Quiet(f"{WEB}{TABLE}{DB}{CHECK}", FILES),
    "restarted": Quiet(f"{WEB}    restart: unless-stopped\n{LIST}{DB}", FILES),
    "no database": Quiet(f"{WEB}{LIST}  db:\n    image: mail\n", FILES),
    "an image of others": Quiet(f"services:\n  web:\n    image: wordpress\n{LIST}{DB}", FILES),
    "it waits": Quiet(f"{WEB}    command: sh -c 'wait-for db:5432 && gunicorn a:b'\n{LIST}{DB}", FILES),
    "a script": Quiet(f"{WEB}    entrypoint: /entrypoint.sh\n    command: run\n{LIST}{DB}", FILES),
    "a script of the image": Quiet(f"{WEB}{LIST}{DB}", {"Dockerfile": 'FROM python:3.13\nCMD ["./start.sh"]\n'}),
    "a command that nobody knows": f"{WEB}{LIST}{DB}",
    "a service that is elsewhere": Quiet(f"{WEB}{LIST}", FILES),
    "a script that waits": Quiet(f"{WEB}    command: ./wait.sh\n{LIST}{DB}", FILES),
    "restarted when it fails": Quiet(f"{WEB}    restart: on-failure\n{LIST}{DB}", FILES),
    "nothing is awaited": Quiet(f"{WEB}{DB}", FILES),
}

test_fires, test_quiet = rule_tests("started-before-ready", FIRES, QUIET)
