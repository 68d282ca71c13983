"""What official images of databases and brokers are.

Source: their Dockerfiles in docker-library and their own repositories, none of which has a HEALTHCHECK; state of 2026-11.
"""

SLOW = frozenset({"postgres", "mysql", "mariadb", "mongo", "rabbitmq", "elasticsearch", "kafka"})
"""They are started seconds before they answer."""

WITHOUT_HEALTHCHECK = frozenset(
    {"postgres", "mysql", "mariadb", "mongo", "redis", "rabbitmq", "memcached", "nginx", "python", "httpd", "node", "alpine", "debian", "ubuntu",
     "busybox", "traefik"}
)  # fmt: skip

PROBES = {
    "postgres": "pg_isready -U $$POSTGRES_USER", "redis": "redis-cli ping", "valkey": "valkey-cli ping",
    "rabbitmq": "rabbitmq-diagnostics -q ping", "mariadb": "healthcheck.sh --connect --innodb_initialized",
    "mysql": "mysqladmin ping -h 127.0.0.1",
}  # fmt: skip
"""Commands of the image that say whether it answers."""
