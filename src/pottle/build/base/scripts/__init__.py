"""Maintainer scripts, read instead of run: what they would do on a first installation, and which of it an image gets."""
