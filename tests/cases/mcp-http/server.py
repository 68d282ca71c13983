from fastmcp import FastMCP

mcp = FastMCP("Notes")


@mcp.tool
def note(text: str) -> str:
    """Write it down."""
    return text


if __name__ == "__main__":
    mcp.run(transport="http", port=9000)
