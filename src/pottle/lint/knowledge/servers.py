"""How servers are told where to listen.

Addresses and ports. Defaults were measured with gunicorn 23.0, uvicorn 0.38, hypercorn 0.18, granian 2.5, Django 5.2 (2026-11: all 127.0.0.1) and are
stated by their documentation: gunicorn "settings/bind", uvicorn "settings/socket-binding", Flask "quickstart/externally-visible-server".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """One server. Most listen on the loopback interface where nobody says otherwise."""

    name: str
    programs: tuple[str, ...]
    """As they are called; modules of `python -m` too."""
    host: tuple[str, ...] = ()
    """The options that name an address, the one to write first."""
    port: int | None = None
    """Its default, where address and port are one option's value."""
    action: str = ""
    """The sub-command that listens: `run` of `flask run`."""
    variables: tuple[str, ...] = ()
    """Variables of the environment that name an address."""
    elsewhere: tuple[str, ...] = ()
    """Options after which the host decides nothing: a socket, a configuration."""
    files: tuple[str, ...] = ()
    """Configurations that it reads of itself."""
    positional: bool = False
    """The address is the argument itself."""
    ports: tuple[str, ...] = ()
    """The options that name a port alone."""
    listens: int = 8000
    """The port that it listens on where nobody says another."""
    port_variables: tuple[str, ...] = ()
    """Variables of the environment that name a port."""
    everywhere: bool = False
    """It listens on every interface where nobody says otherwise."""


SERVERS = (
    Server(
        "gunicorn",
        ("gunicorn", "gunicorn.app.wsgiapp"),
        ("--bind", "-b"),
        8000,
        variables=("GUNICORN_CMD_ARGS", "PORT"),
        elsewhere=("-c", "--config"),
        files=("gunicorn.conf.py",),
    ),
    Server(
        "uvicorn",
        ("uvicorn",),
        ("--host",),
        variables=("UVICORN_HOST",),
        elsewhere=("--uds", "--fd"),
        ports=("--port",),
        port_variables=("UVICORN_PORT",),
    ),
    Server(
        "hypercorn",
        ("hypercorn",),
        ("--bind", "-b"),
        8000,
        elsewhere=("-c", "--config", "--quic-bind", "-q", "--insecure-bind"),
    ),
    Server(
        "granian",
        ("granian",),
        ("--host",),
        variables=("GRANIAN_HOST",),
        elsewhere=("--uds",),
        ports=("--port",),
        port_variables=("GRANIAN_PORT",),
    ),
    Server(
        "daphne",
        ("daphne",),
        ("--bind", "-b"),
        elsewhere=("-u", "--unix-socket", "--fd", "-e", "--endpoint"),
        ports=("--port", "-p"),
    ),
    Server(
        "flask run",
        ("flask",),
        ("--host", "-h"),
        action="run",
        variables=("FLASK_RUN_HOST",),
        ports=("--port", "-p"),
        listens=5000,
        port_variables=("FLASK_RUN_PORT",),
        files=(".flaskenv",),
    ),
    Server("fastapi dev", ("fastapi",), ("--host",), action="dev", ports=("--port",), port_variables=("PORT",)),
    Server(
        "fastapi run",
        ("fastapi",),
        ("--host",),
        action="run",
        ports=("--port",),
        port_variables=("PORT",),
        everywhere=True,
    ),
    Server(
        "streamlit",
        ("streamlit",),
        ("--server.address",),
        action="run",
        variables=("STREAMLIT_SERVER_ADDRESS",),
        files=("config.toml",),
        ports=("--server.port",),
        listens=8501,
        port_variables=("STREAMLIT_SERVER_PORT",),
        everywhere=True,
    ),
    Server(
        "waitress",
        ("waitress-serve", "waitress"),
        ("--host",),
        elsewhere=("--listen", "--unix-socket"),
        ports=("--port",),
        listens=8080,
        everywhere=True,
    ),
    Server("runserver", ("manage.py", "django-admin", "django"), port=8000, action="runserver", positional=True),
)
"""In the order in which they are tried."""

OPTION_PARSERS = frozenset(
    {
        "gunicorn",
        "uvicorn",
        "hypercorn",
        "granian",
        "daphne",
        "celery",
        "flask",
        "fastapi",
        "streamlit",
        "mkdocs",
        "rq",
        "dramatiq",
    }
)
"""Programs that read their options with argparse or click: `--name value` has to be two words for them."""
