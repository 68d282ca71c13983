"""Docker, or whatever answers to its client (`DOCKER_HOST` is honoured)."""

from pottle.run.engine import Engine

DOCKER = Engine("docker", bridge="bridge", platform_query=("version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"))
