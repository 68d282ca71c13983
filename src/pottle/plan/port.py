"""`$PORT`: where a platform says which port to listen on, the program listens there.

No shell is needed for it. The image's `PORT` is the port of the plan; an entry point of a few lines compares the two and, where
they differ, puts the other one into the command before it becomes the command (execve(2)). The command stays one that can be
read, and run by hand.
"""

VARIABLE = "PORT"


def launcher(interpreter: str, port: int, variables: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The entry point: in the command that follows it, and in `variables`, `port` gives way to `$PORT`.

    Any other command passes through it: `8000`, `…:8000` and `…=8000` are ports only where they are the plan's own.
    """
    # -I -S: neither the environment nor the project's packages are in it. What cannot be started is told as a shell tells it.
    return (interpreter, "-I", "-S", "-c", _CODE.format(port=port, variables=_variables(port, variables)))


def listens(port: int, *, follows: bool) -> str:
    """An expression of Python for the port that the program listens on."""
    return f"os.environ.get('{VARIABLE}')or'{port}'" if follows else f"'{port}'"


_CODE = """\
import os,sys
e=os.environ;a=sys.argv[1:];d='{port}';p=e.get('PORT')or d
if p!=d:
 a=[x[:-len(d)]+p if x==d or x.endswith((':'+d,'='+d))else x for x in a]
{variables}try:os.execvp(a[0],a)
except OSError as f:print(a[0]+': '+f.strerror,file=sys.stderr);sys.exit(127 if f.errno==2 else 126)"""


def _variables(port: int, names: tuple[str, ...]) -> str:
    return "".join(f" if e.get('{name}')=='{port}':e['{name}']=p\n" for name in names)
