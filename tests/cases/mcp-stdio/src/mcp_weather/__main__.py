from mcp_weather import main

main()
