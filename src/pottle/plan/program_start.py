"""What every start of a compiled program begins with, as a plugin of Nuitka's: it is compiled before the main module, which stays as it is.

There is no other program in the image: called by another name it asks for its own health; and where `$PORT` is another port than
the plan's, it takes that one's place.
"""

from pottle.plan.model import HEALTHY, CompileProgram

PLUGIN = "pottle_start.py"

_PLUGIN = """\
from nuitka.plugins.PluginBase import NuitkaPluginBase

CODE = r'''
{code}'''


class Start(NuitkaPluginBase):
    plugin_name = "pottle-start"
    plugin_desc = "health and port of the program"

    @staticmethod
    def createPreModuleLoadCode(module):
        if module.getFullName() == "__main__":
            return CODE, "its health and its port"
"""

_ENDING = (
    "    try:",
    "        healthy()",
    "    except SystemExit as ended:",
    "        os._exit(int(ended.code or 0))",
    "    except Exception as error:",
    "        print(error, file=sys.stderr, flush=True)",
    "        os._exit(1)",
    "    os._exit(0)",
)
"""What a module raises that is executed before the main module is told, and passed over."""


def plugin(step: CompileProgram) -> str:
    """The plugin; nothing where nothing is to be done first."""
    code = first(step)
    assert "'''" not in code, "it ends where the text does"
    return _PLUGIN.format(code=code) if code else ""


def first(step: CompileProgram) -> str:
    """Its code, as a module."""
    lines = ["import os", "import sys", ""]
    if step.healthy is not None:
        lines += ["def healthy():", f"    {step.healthy}", ""]
        # `sys.argv[0]` is the program's own path, whatever it was called by.
        lines += ['with open("/proc/self/cmdline", "rb") as words:', '    called = words.read().partition(b"\\0")[0]']
        lines += [f'if os.path.basename(called) == b"{HEALTHY}":', *_ENDING, ""]
    if (port := step.port) is not None:
        lines += [f'own = "{port.number}"', 'port = os.environ.get("PORT") or own', "if port != own:"]
        if port.in_command:
            lines += ["    for number, word in enumerate(sys.argv):"]
            lines += ['        if number and (word == own or word.endswith((f":{own}", f"={own}"))):']
            lines += ["            sys.argv[number] = word[: -len(own)] + port"]
        lines += [f"    for name in {port.variables!r}:"]
        lines += ["        if os.environ.get(name) == own:", "            os.environ[name] = port", ""]
    return "\n".join(lines) if len(lines) > 3 else ""
