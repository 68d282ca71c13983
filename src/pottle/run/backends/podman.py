"""Podman. Its network needs no asking: without root it brings one along."""

from pottle.run.engine import Engine

PODMAN = Engine("podman", bridge=None, platform_query=("info", "--format", "{{.Host.OS}}/{{.Host.Arch}}"))
