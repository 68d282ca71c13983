from mcp.server.fastmcp import FastMCP

mcp = FastMCP("Notes")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
