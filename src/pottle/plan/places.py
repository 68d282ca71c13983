"""Where things lie in every image, and who runs them: constant, so that layers can be shared."""

ENVIRONMENT = "/opt/venv"
APP = "/app"
STANDALONE = "/opt/python"
"""A CPython that is not the base's own."""
USER, UID = "nonroot", 65532
HOME = f"/home/{USER}"
SOURCES = "sources"
"""The layer of what is built of sources. Its packages are those that it is built with, and not the image's."""
PROGRAM = "program"
"""The layer of what is compiled. Its packages are those that it is compiled with, and not the image's."""
BUILT_WITH = (SOURCES, PROGRAM)
"""The layers whose packages are not the image's."""
