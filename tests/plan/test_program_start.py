"""What every start of a compiled program begins with."""

import subprocess
import sys

import pytest
from msgspec.structs import replace

from pottle.plan.model import CompileProgram, Port
from pottle.plan.program_start import first, plugin

STEP = CompileProgram("nuitka", "/app", "/app/shop.bin", "script", "shop", (), (), None, None)
TELL = "\nprint(sys.argv[1:], os.environ.get('SHOP_PORT'))\n"


def started(step: CompileProgram, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys\nsys.argv = {list(argv)!r}\n{first(step)}{TELL}"
    called = (argv[0], "-c", code)
    return subprocess.run(called, executable=sys.executable, env=environ, capture_output=True, text=True, check=False)


def test_nothing_is_done_first_where_there_is_nothing_to_do():
    assert plugin(STEP) == ""


def test_the_plugin_holds_it_word_for_word():
    step = replace(STEP, healthy="sys.exit('\\n' == 1)")
    assert first(step) in plugin(step)
    compile(plugin(step), "plugin", "exec")


@pytest.mark.parametrize(("code", "ends"), [("pass", 0), ("sys.exit(True)", 1), ("raise OSError('refused')", 1)])
def test_it_asks_for_its_health_by_another_name(code: str, ends: int):
    step = replace(STEP, healthy=code)
    asked = started(step, "/app/healthy")
    assert (asked.returncode, asked.stdout) == (ends, "")
    assert started(step, "/app/shop.bin", "x").stdout == "['x'] None\n"


def test_another_port_takes_the_place_of_its_own():
    step = replace(STEP, port=Port(8000, ("SHOP_PORT",), in_command=True))
    argv = ("/app/shop.bin", "--port", "8000", "--bind=0.0.0.0:8000", "-p=8000", "80000")
    told = started(step, *argv, PORT="9000", SHOP_PORT="8000").stdout
    assert told == "['--port', '9000', '--bind=0.0.0.0:9000', '-p=9000', '80000'] 9000\n"
    assert started(step, *argv, SHOP_PORT="8000").stdout.startswith("['--port', '8000'")
