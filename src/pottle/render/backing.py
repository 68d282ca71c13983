"""Backing services: which distributions of an environment need a server beside the application, and how that one is run.

One table, `SERVICES`. A row's image is pinned to a version; its health check is a program that this image has; what it is told by its
environment is what its entrypoint reads. Sources: the images' Dockerfiles and entrypoints (github.com/docker-library/postgres, mysql,
redis, rabbitmq, mongo) and their tags of 2026-08-21; drivers by their own documentation.

The application and its server meet in variables: one that the code reads is given an address where its name or its default says whose.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement

from pottle.plan.model import BuildWheels, ImagePlan, InstallWheels
from pottle.project.variables import Variable

AS_OF = "2026-08-21"
"""When the tags below were the newest of their series."""


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A server, as its official image is run."""

    name: str
    drivers: Mapping[str, str | None]
    """Distribution → what SQLAlchemy calls it in a URL; None: nothing. `celery[redis]` is one with an extra."""
    image: str
    port: int
    data: str
    """The directory that has to be kept."""
    health: tuple[str, ...]
    """argv; `{user}` and `{database}` are the project's."""
    scheme: str
    """Of its URLs."""
    path: str
    """Of its URLs, behind the host; `{database}` as above."""
    words: tuple[str, ...]
    """What names of variables call it."""
    variable: str
    """The variable for its URL where the code reads none."""
    environment: tuple[tuple[str, str], ...] = ()
    """What its entrypoint reads; `{user}`, `{database}` and `{secret}`, a file with the password, as above."""
    password: str | None = None
    """The variable of the host that holds the password; None: it has none, and is reached from the project's own network alone."""
    schemes: tuple[str, ...] = ()
    """Others that mean it."""
    by_file: bool = True
    """Its entrypoint reads the password from a file (`…_FILE`)."""
    health_note: str | None = None
    """Why it asks as it does."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """More keys of its service in a compose file → value."""
    note: str | None = None
    """Why one of these settings is there."""
    writes: tuple[str, ...] = ()
    """Directories that need not be kept, for a read-only root."""


POSTGRES = Service(
    name="postgres",
    drivers={
        "psycopg": "psycopg",
        "psycopg2": "psycopg2",
        "psycopg2-binary": "psycopg2",
        "asyncpg": "asyncpg",
        "pg8000": "pg8000",
        "aiopg": "psycopg2",
    },
    image="postgres:18.6-trixie",
    port=5432,
    data="/var/lib/postgresql",  # since 18; PGDATA is a directory of the version in it
    health=("pg_isready", "--quiet", "--host=127.0.0.1", "--username={user}", "--dbname={database}"),
    health_note="Over TCP: while it makes its database, it listens on its socket alone.",
    scheme="postgresql",
    schemes=("postgres",),
    path="/{database}",
    words=("POSTGRES", "POSTGRESQL", "PG", "PSQL", "DATABASE", "DB", "SQLALCHEMY", "SQL"),
    variable="DATABASE_URL",
    environment=(("POSTGRES_USER", "{user}"), ("POSTGRES_DB", "{database}"), ("POSTGRES_PASSWORD_FILE", "{secret}")),
    password="POSTGRES_PASSWORD",
    settings={"shm_size": "128mb"},
    note="Parallel queries share memory: Docker's 64 MB are soon too little.",
    writes=("/tmp", "/var/run/postgresql"),
)
MYSQL = Service(
    name="mysql",
    drivers={
        "mysqlclient": "mysqldb",
        "pymysql": "pymysql",
        "aiomysql": "aiomysql",
        "asyncmy": "asyncmy",
        "mysql-connector-python": "mysqlconnector",
    },
    image="mysql:8.4.11",
    port=3306,
    data="/var/lib/mysql",
    health=("mysqladmin", "ping", "--silent", "--host=127.0.0.1"),
    health_note="Over TCP: while it makes its database, it listens on its socket alone. A refused login is an answer too.",
    scheme="mysql",
    schemes=("mariadb",),
    path="/{database}",
    words=("MYSQL", "MARIADB", "DATABASE", "DB", "SQLALCHEMY", "SQL"),
    variable="DATABASE_URL",
    environment=(
        ("MYSQL_USER", "{user}"),
        ("MYSQL_DATABASE", "{database}"),
        ("MYSQL_PASSWORD_FILE", "{secret}"),
        ("MYSQL_RANDOM_ROOT_PASSWORD", "yes"),
    ),
    password="MYSQL_PASSWORD",
    writes=("/tmp", "/var/run/mysqld"),
)
MONGO = Service(
    name="mongo",
    drivers=dict.fromkeys(("pymongo", "motor", "beanie", "mongoengine", "odmantic", "djongo")),
    image="mongo:8.0.29-noble",
    port=27017,
    data="/data/db",
    health=("mongosh", "--quiet", "--eval", "quit(db.runCommand({{ping: 1}}).ok ? 0 : 1)"),
    scheme="mongodb",
    path="/{database}?authSource=admin",
    words=("MONGO", "MONGODB", "DATABASE", "DB"),
    variable="MONGODB_URL",
    environment=(("MONGO_INITDB_ROOT_USERNAME", "{user}"), ("MONGO_INITDB_ROOT_PASSWORD_FILE", "{secret}")),
    password="MONGO_PASSWORD",
    writes=("/tmp", "/data/configdb"),
)
RABBITMQ = Service(
    name="rabbitmq",
    drivers=dict.fromkeys(("pika", "aio-pika", "taskiq-aio-pika", "dramatiq[rabbitmq]", "faststream[rabbit]")),
    image="rabbitmq:4.3.5",
    port=5672,
    data="/var/lib/rabbitmq",
    health=("rabbitmq-diagnostics", "--quiet", "check_port_connectivity"),
    scheme="amqp",
    schemes=("amqps", "pyamqp"),
    path="//",
    words=("RABBITMQ", "RABBIT", "AMQP", "BROKER", "CELERY"),
    variable="RABBITMQ_URL",
    # Its image reads no `…_FILE` any more, and stops where it finds one.
    environment=(("RABBITMQ_DEFAULT_USER", "{user}"), ("RABBITMQ_DEFAULT_PASS", "${{RABBITMQ_PASSWORD:?}}")),
    password="RABBITMQ_PASSWORD",
    by_file=False,
    settings={"hostname": "rabbitmq"},
    note="Its data belong to a node of this name.",
    writes=("/tmp",),
)
REDIS = Service(
    name="redis",
    drivers=dict.fromkeys(
        (
            *("redis", "aioredis", "rq", "arq", "django-redis", "channels-redis", "taskiq-redis", "django-rq"),
            *("celery[redis]", "kombu[redis]", "dramatiq[redis]", "faststream[redis]"),
        )
    ),
    image="redis:8.10.1-trixie",
    port=6379,
    data="/data",
    health=("redis-cli", "ping"),
    scheme="redis",
    schemes=("rediss", "valkey"),
    path="/0",
    words=("REDIS", "VALKEY", "CACHE", "BROKER", "CELERY", "QUEUE", "RQ", "ARQ", "CHANNEL", "CHANNELS", "SESSION"),
    variable="REDIS_URL",
    writes=("/tmp",),
)
SERVICES = (POSTGRES, MYSQL, MONGO, RABBITMQ, REDIS)
"""Where a name of a variable may mean several, the first that the project needs has it."""

_SQLALCHEMY = ("sqlalchemy", "sqlmodel", "databases")
_BARE = {"psycopg2": "postgresql", "mysqldb": "mysql"}
"""Drivers that SQLAlchemy takes where a URL names none."""
ADDRESSES = ("URL", "URI", "DSN", "BACKEND")
"""What a variable's name ends with that holds a whole address."""
_PARTS = {
    "HOST": "host", "HOSTNAME": "host", "SERVER": "host", "PORT": "port", "USER": "user", "USERNAME": "user",
    "PASSWORD": "password", "PASS": "password", "DB": "database", "NAME": "database", "DATABASE": "database",
    "DBNAME": "database",
}  # fmt: skip
_JOINED = {f"PG{part}": part for part in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE")}
"""libpq's own variables."""
_READERS = {"celery": "CELERY_BROKER_URL", "rq": "RQ_REDIS_URL"}
"""Distribution → the variable that its own command reads."""
_READ_FOR = {"rabbitmq": ("celery",), "redis": ("celery", "rq")}
_FILE = re.compile(r"/|\.(?:db|sqlite3?)$")
"""What the name of a database is where it is SQLite's file."""
_NUMBERED = ("redis",)
"""Services whose URLs have a number of a database: the code's own is kept."""


@dataclass(frozen=True, slots=True)
class Implied:
    """A service that the project needs, and why."""

    service: Service
    distribution: str
    because: str
    at: str | None
    dialect: str | None = None
    """`postgresql+asyncpg`, where SQLAlchemy has to be told the driver."""
    reader: str | None = None
    """The distribution that reads a variable by itself."""

    @property
    def variable(self) -> str:
        """The one for its URL where the code reads none."""
        return _READERS[self.reader] if self.reader else self.service.variable

    @property
    def unread(self) -> str:
        """What is to be said of that one."""
        if self.reader:
            return f"{self.reader} itself reads it."
        return f"The code reads no variable for {self.service.name}: this is the usual name."


def implied(plan: ImagePlan) -> tuple[Implied, ...]:
    """What the environment needs beside it, by the distributions in it."""
    held = dict(_held(plan))
    found = [each for service in SERVICES if (each := _implied(service, held))]
    if "celery" in held and not {each.service for each in found} & {REDIS, RABBITMQ} and "kombu[sqs]" not in held:
        because = "celery's broker is RabbitMQ unless it is told another"
        found.append(Implied(RABBITMQ, "celery", because, held["celery"]))
    found.sort(key=lambda each: SERVICES.index(each.service))
    readers = [name for name in _READERS if name in held]
    return tuple(_read_by(each, readers) for each in found)


def _read_by(implied: Implied, readers: list[str]) -> Implied:
    """The first service that one of `readers` speaks to has its variable."""
    reader = next((name for name in readers if name in _READ_FOR.get(implied.service.name, ())), None)
    if reader is None:
        return implied
    readers.remove(reader)
    return replace(implied, reader=reader)


def _implied(service: Service, held: Mapping[str, str | None]) -> Implied | None:
    name = next((name for name in service.drivers if name in held), None)
    if name is None:
        return None
    driver = service.drivers[name]
    dialect = f"{service.scheme}+{driver}" if driver and any(each in held for each in _SQLALCHEMY) else None
    dialect = _BARE.get(driver or "", dialect) if dialect else None
    return Implied(service, name, f"{name} is installed", held[name], dialect)


def _held(plan: ImagePlan) -> Iterator[tuple[str, str | None]]:
    """The distributions of the environment, and the extras that a list asks for by name, each with its place."""
    for step in (step for layer in plan.layers for step in layer.steps):
        if isinstance(step, InstallWheels):
            for each in step.requirements:
                yield each.name, each.at
                yield from ((f"{each.name}[{extra}]", each.at) for extra in _extras(each.wanted))
        elif isinstance(step, BuildWheels):
            yield from ((source.name, source.at) for source in step.sources)


def _extras(wanted: str | None) -> Collection[str]:
    try:
        return Requirement(wanted).extras if wanted else ()
    except InvalidRequirement:
        return ()


# --- addresses --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """A variable of the application, and what it is set to."""

    variable: str
    value: str
    implied: Implied
    read: bool = True
    """The code reads it; False: it is the name that is usual."""


def addresses(
    services: Iterable[Implied], variables: Iterable[Variable], hosts: Mapping[str, str], database: str
) -> tuple[Address, ...]:
    """Where the application finds `services`: the variables that its code reads, or one of the usual name for each.

    `hosts`: the name by which each is reached; `database`: what the user and the database are called.
    """
    services = tuple(services)
    found: dict[str, Address] = {}
    for variable in variables:
        for each in services:
            value = _value(each, variable, hosts[each.service.name], database)
            if value is not None:
                found[variable.name] = Address(variable.name, value, each)
                break
    met = {address.implied.service.name for address in found.values()}
    for each in services:
        if each.service.name not in met:
            name = each.variable
            found.setdefault(
                name, Address(name, _url(each, None, hosts[each.service.name], database), each, read=False)
            )
    return tuple(found[name] for name in sorted(found))


def _value(implied: Implied, variable: Variable, host: str, database: str) -> str | None:
    service = implied.service
    scheme, default = _scheme(variable.default), variable.default
    if scheme is not None and scheme.partition("+")[0] in (service.scheme, *service.schemes):
        return _url(implied, default, host, database)
    words = _JOINED.get(variable.name.upper(), variable.name.upper()).split("_")
    if variable.name.upper() in _JOINED:
        words = ["PG", *words]
    if not set(words[:-1]) & set(service.words):
        return None
    if words[-1] in ADDRESSES:
        return _url(implied, None, host, database) if scheme in (None, "sqlite", "sqlite+aiosqlite") else None
    part = _PARTS.get(words[-1])
    if part is None or (part == "database" and _FILE.search(default or "")):
        return None
    return _part(service, part, host, database)


def _part(service: Service, part: str, host: str, database: str) -> str | None:
    if part in ("user", "password", "database") and service.password is None:
        return None
    if part == "database" and "{database}" not in service.path:
        return None
    return {
        "host": host,
        "port": str(service.port),
        "user": database,
        "password": f"${{{service.password}:?}}",
        "database": database,
    }[part]


def _url(implied: Implied, default: str | None, host: str, database: str) -> str:
    """The service's URL: scheme and number as in `default`, where there is one."""
    service = implied.service
    scheme = _scheme(default) or implied.dialect or service.scheme
    login = f"{database}:${{{service.password}:?}}@" if service.password else ""
    path = service.path.format(database=database)
    if default and service.name in _NUMBERED and re.fullmatch(r"/\d+", own := urlsplit(default).path):
        path = own
    return f"{scheme}://{login}{host}:{service.port}{path}"


def _scheme(default: str | None) -> str | None:
    match = re.match(r"([a-z][a-z0-9+.-]*)://", default or "")
    return match[1] if match else None
