"""Podman. Its network needs no asking: without root it brings one along."""

from pottle.run.engine import Engine

PODMAN = Engine("podman", bridge=None)
