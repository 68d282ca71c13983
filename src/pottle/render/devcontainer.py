"""`.devcontainer/devcontainer.json` (containers.dev): an editor in the container that `compose.yaml` starts for development.

One place says how the project runs on a developer's machine, and which servers stand beside it; this file says how an editor gets in.
JSON with comments, which the specification allows.
"""

import json

from pottle import generated
from pottle.errors import UsageError
from pottle.plan.model import ImagePlan
from pottle.plan.places import APP
from pottle.render import compose
from pottle.render.deployment import Deployment
from pottle.render.steps import steps
from pottle.render.yaml_text import comment

NAME = ".devcontainer/devcontainer.json"
KIND = "devcontainer"

_EXTENSIONS = ("ms-python.python",)
_CLIENT_SHELL = "bash"


def render(plan: ImagePlan) -> str:
    """The file. Raises `UsageError` for an image in which there is nothing but a program."""
    deployment, found = Deployment(plan), steps(plan)
    if found.program is not None:
        what = "no editor gets into the container of a compiled program: there is nothing else in it"
        raise UsageError(what, hint="leave `compile` out of the configuration, and give it to `pottle build --compile`")
    about = (
        f"{plan.name} in the container of {compose.NAME} (`pottle generate compose`), with CPython {plan.python}.\n"
        f"By `pottle generate devcontainer`. Yours to change. {generated.WORD}\n"
        f"The user has no login shell, so an editor asks none for its environment; on Linux {found.user.user} is given your "
        "uid, so that files are yours."
    )
    ports = {"forwardPorts": [plan.port]} if deployment.serves else {}
    document = {
        "name": plan.name,
        "dockerComposeFile": f"../{compose.NAME}",
        "service": deployment.main.name,
        "workspaceFolder": APP,
        **({"overrideCommand": True} if deployment.ends else {}),
        "shutdownAction": "stopCompose",
        **ports,
        "remoteUser": found.user.user,
        "updateRemoteUserUID": True,
        "userEnvProbe": "none",
        "customizations": {
            "vscode": {
                "extensions": list(_EXTENSIONS),
                "settings": {
                    "python.defaultInterpreterPath": f"{found.environment.path}/bin/python",
                    "terminal.integrated.defaultProfile.linux": _CLIENT_SHELL,
                },
            }
        },
    }
    head = "\n".join(f"//{line[1:]}" for line in comment(about))
    body = json.dumps(document, indent=2, ensure_ascii=False)
    return generated.marked(f"{head}\n{body}\n", KIND)
