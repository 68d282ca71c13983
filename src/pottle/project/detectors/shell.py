"""Whether the project's own code starts a shell: only then does the image hold `/bin/sh`."""

import ast
from collections.abc import Iterator

from pottle.project.clues import Said
from pottle.project.module import Module, keyword
from pottle.project.survey import Survey

_SHELLS = (
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell",
    "asyncio.subprocess.create_subprocess_shell",
)
_MAYBE = tuple(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))


def detect(survey: Survey) -> Iterator[Said]:
    """The first place that starts one."""
    for module in survey.modules:
        for call in module.calls:
            if because := _shell(module, call):
                yield Said("shell", because, module.at(call))
                return


def _shell(module: Module, call: ast.Call) -> str | None:
    name = module.qualified(call.func)
    if name in _SHELLS:
        return f"the code calls {name}"
    flag = keyword(call, "shell")
    if name in _MAYBE and isinstance(flag, ast.Constant) and flag.value is True:
        return f"the code calls {name} with shell=True"
    return None
