"""Runs an image on this machine: docker or podman where one answers, else a sandbox of our own. See docs/design/run.md."""
