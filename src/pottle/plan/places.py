"""Where things lie in every image, and who runs them: constant, so that layers can be shared."""

ENVIRONMENT = "/opt/venv"
APP = "/app"
STANDALONE = "/opt/python"
"""A CPython that is not the base's own."""
USER, UID = "nonroot", 65532
HOME = f"/home/{USER}"
SOURCES = "sources"
"""The layer of what is built of sources."""
MESSAGES = "messages"
"""The layer of what translators' files are compiled to."""
PROGRAM = "program"
"""The layer of what is compiled."""
TOOLS = frozenset({SOURCES, MESSAGES, PROGRAM})
"""Layers whose packages are those that they are made with, and not the image's."""
