"""Servers of the Model Context Protocol."""

import pytest

from pottle.project.detectors.mcp_servers import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

OFFICIAL = "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x')\n"
OTHER = "from fastmcp import FastMCP\nmcp = FastMCP('x')\n"
NEWER = "from mcp.server.mcpserver import MCPServer\nmcp = MCPServer('x')\n"
LOW = "from mcp.server.stdio import stdio_server\nasync def serve():\n    async with stdio_server() as s: ...\n"
PROJECT = '[project]\nname = "p"\n[project.scripts]\np = "p:main"\n[build-system]\nrequires = []\n'


def found(files: dict[str, str]):
    return [(a.kind, a.framework, a.target, a.port, a.loopback is not None) for a in detect(Survey(DictTree(files)))]


FIRES = {
    "stdio": ({"s.py": f"{OFFICIAL}mcp.run()\n"}, ("cli", "mcp", "s.py", None, False)),
    "stdio by name": ({"s.py": f"{OTHER}mcp.run(transport='stdio')\n"}, ("cli", "fastmcp", "s.py", None, False)),
    "in a function": (
        {"s.py": f"{OTHER}def main():\n    mcp.run()\nif __name__ == '__main__':\n    main()\n"},
        ("cli", "fastmcp", "s.py", None, False),
    ),
    "the low level": (
        {"pyproject.toml": PROJECT, "p/__init__.py": "from .s import serve\ndef main(): serve()\n", "p/s.py": LOW},
        ("cli", "mcp", "p:main", None, False),
    ),
    "a subclass with a parameter": (
        {"s.py": "from fastmcp import FastMCP\nclass Mine(FastMCP[State]): ...\nmcp = Mine[State]('x')\nmcp.run()\n"},
        ("cli", "fastmcp", "s.py", None, False),
    ),
    "http": ({"s.py": f"{OTHER}mcp.run('http')\n"}, ("web-own-server", "fastmcp", "s.py", 8000, False)),
    "sse": ({"s.py": f"{OTHER}mcp.run(transport='sse', port=90)\n"}, ("web-own-server", "fastmcp", "s.py", 90, False)),
    "http on the loopback": (
        {"s.py": f"{OTHER}mcp.run('http', host='127.0.0.1')\n"}, ("web-own-server", "fastmcp", "s.py", 8000, True),
    ),
    "the official one listens on the loopback": (
        {"s.py": f"{OFFICIAL}mcp.run('streamable-http')\n"}, ("web-own-server", "mcp", "s.py", 8000, True),
    ),
    "the official one, told": (
        {"s.py": "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x', host='0.0.0.0', port=81)\nmcp.run('sse')\n"},
        ("web-own-server", "mcp", "s.py", 81, False),
    ),
    "its successor, told": (
        {"s.py": f"{NEWER}mcp.run('streamable-http', host='0.0.0.0')\n"}, ("web-own-server", "mcp", "s.py", 8000, False),
    ),
    "a port from the environment": (
        {"s.py": f"{OTHER}import os\nmcp.run('http', port=int(os.environ.get('PORT', '7000')))\n"},
        ("web-own-server", "fastmcp", "s.py", 7000, False),
    ),
    "asynchronous": ({"s.py": f"{OTHER}import asyncio\nasyncio.run(mcp.run_http_async())\n"}, ("web-own-server", "fastmcp", "s.py", 8000, False)),
    "both, by an argument": (
        {"s.py": f"{OTHER}if args.http:\n    mcp.run('http')\nelse:\n    mcp.run()\n"}, ("cli", "fastmcp", "s.py", None, False),
    ),
    "a transport that an argument gives": ({"s.py": f"{OTHER}mcp.run(transport=args.transport)\n"}, ("cli", "fastmcp", "s.py", None, False)),
    "an object that nothing runs": ({"s.py": OTHER}, ("cli", "fastmcp", "s:mcp", None, False)),
    "an application": ({"s.py": f"{OTHER}app = mcp.http_app()\n"}, ("web-asgi", "fastmcp", "s:app", None, False)),
}  # fmt: skip
QUIET = {
    "a client": {"c.py": "from mcp import ClientSession\nfrom mcp.client.stdio import stdio_client\nstdio_client(P)\n"},
    "another run": {"s.py": "import mcp\nimport asyncio\nasyncio.run(main())\n"},
    "another FastMCP": {"s.py": "from mine import FastMCP\nFastMCP().run()\n"},
    "an example": {"examples/s.py": f"{OTHER}mcp.run()\n"},
}


@pytest.mark.parametrize(("files", "expected"), FIRES.values(), ids=FIRES)
def test_fires(files, expected):
    assert expected in found(files)


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files):
    assert found(files) == []


def test_the_evidence_is_the_call():
    (app,) = detect(Survey(DictTree({"s.py": f"{OFFICIAL}mcp.run()\n"})))
    assert (str(app.at), app.because) == ("s.py:3", "`mcp.run(…)` serves over standard input and output here")
