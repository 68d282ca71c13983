"""Django's two entrances: `manage.py`, and the module that makes the application. Both choose the settings where nobody else does."""

import ast

from pottle.project.facts import Fact
from pottle.project.module import Module, text_of
from pottle.project.survey import Survey
from pottle.text import Location

SETTINGS = "DJANGO_SETTINGS_MODULE"


def settings_of(module: Module) -> Fact[str] | None:
    """The settings that a module chooses where nobody has chosen before: `os.environ.setdefault("DJANGO_SETTINGS_MODULE", …)`."""
    for node in module.nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="setdefault"), args=[ast.Constant(value=name), value]) if (
                name == SETTINGS
            ):
                text = text_of(value)
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=name))], value=value) if name == SETTINGS:
                text = text_of(value)
            case _:
                continue
        return Fact(text, Location(module.path, node.lineno)) if text is not None else None
    return None


def manage_py(survey: Survey) -> Module | None:
    """The `manage.py` that is nearest to the root; None where two are."""
    found = [path for path in survey.paths if path.rpartition("/")[2] == "manage.py"]
    nearest = [path for path in found if path.count("/") == found[0].count("/")]
    module = survey.parsed(nearest[0]) if len(nearest) == 1 else None
    return module if module is not None and settings_of(module) is not None else None
